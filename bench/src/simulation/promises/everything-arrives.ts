/** PM-11: once all has healed and settled, every device holds of a record what the server does, and has heard all of its log. */
import type { Client } from "@suture/client";
import type { Membership } from "@suture/schema";

import type { BrokenPromise } from "../run.ts";
import type { Check } from "./check.ts";
import type { Evidence } from "./evidence.ts";
import { recordTypeNamed } from "./shown-record.ts";
import { changeName, type HeldChanges } from "./held-changes.ts";
import type { LogRow } from "./server-log.ts";

/** What is asked of the apps themselves: who has them in hand, and whether the server lets them in. */
interface Apps {
  readonly devices: Iterable<{
    readonly name: string;
    readonly client: Pick<Client, "person" | "memberships"> & {
      readonly syncStatus: Pick<Client["syncStatus"], "problem">;
    };
  }>;
}

export class EverythingArrives implements Check {
  readonly #evidence: Evidence;
  readonly #apps: Apps;

  constructor(evidence: Evidence, apps: Apps) {
    this.#evidence = evidence;
    this.#apps = apps;
  }

  afterStep(): undefined {
    return undefined;
  }

  afterHealing(): BrokenPromise | undefined {
    for (const { name, client } of this.#apps.devices) {
      // Whom nobody lets in hears nothing more.
      if (client.person === null || client.syncStatus.problem !== null)
        continue;
      const held = this.#evidence.heldBy(name);
      const words = client.memberships
        .map((membership) => this.#isBehind(held, membership))
        .find((found) => found !== undefined);
      if (words !== undefined)
        return { promise: "PM-11", words: `${name} ${words}` };
    }
    return undefined;
  }

  /** Of what whoever has the device in hand may read: what a colleague read on it waits for them. */
  #isBehind(held: HeldChanges, membership: Membership): string | undefined {
    const { server } = this.#evidence;
    const { roles } = membership;
    const scopeIds = scopeIdsOf(membership);
    for (const scopeId of scopeIds)
      for (const row of server.rowsOf(scopeId)) {
        const { read } = recordTypeNamed(row.recordType);
        const name = changeName(row.recordId, row.hash);
        const isHeld = held.all.get(name)?.progress.state === "accepted";
        const isTheirs =
          read.some((role) => roles.includes(role)) &&
          this.#isIn(row, scopeIds);
        if (!isHeld && isTheirs)
          return `does not hold change ${name}, row ${row.sequence} of ${scopeId}`;
      }
    return undefined;
  }

  /** A record that has moved away has left with all of its rows. */
  #isIn(
    { recordId, recordType }: LogRow,
    scopeIds: readonly string[],
  ): boolean {
    if (recordTypeNamed(recordType).scope === "organization") return true;
    const { live } = this.#evidence
      .modelOf(recordId)
      .expectedOf(this.#evidence.server.hashesOf(recordId));
    const parentId = live.get("parentId")?.at(-1)?.value;
    return scopeIds.includes(`team:${String(parentId)}`);
  }
}

/** The scopes that a member is sent; without a role nothing is. */
export function scopeIdsOf({
  organizationId,
  roles,
  teamIds,
}: Membership): readonly string[] {
  return roles.length === 0
    ? []
    : [
        `organization:${organizationId}`,
        ...teamIds.map((teamId) => `team:${teamId}`),
      ];
}

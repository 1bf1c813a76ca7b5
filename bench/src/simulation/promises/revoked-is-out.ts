/**
 * PM-13: once the server has taken a membership's end, or a device's, nothing that its person writes or the device sends is admitted
 * any more, and nothing that is admitted later reaches that device. Whoever signs in on it once more does so under a new key: that is
 * another device (seed 20770).
 */
import type { BrokenPromise } from "../run.ts";
import type { Check } from "./check.ts";
import type { Evidence, News } from "./evidence.ts";
import { changeName } from "./held-changes.ts";
import type { LogRow } from "./server-log.ts";

export class RevokedIsOut implements Check {
  readonly #evidence: Evidence;
  /** From which look on; by member. */
  readonly #outSince = new Map<string, number>();
  /** By device id. */
  readonly #revokedSince = new Map<string, number>();
  readonly #idsOf: (device: string) => Promise<readonly string[]>;
  /** By name of the device, as its tokens said at the last look. */
  readonly #ids = new Map<string, readonly string[]>();

  /** `idsOf`: the device ids for which tokens lie on a device. */
  constructor(
    evidence: Evidence,
    idsOf: (device: string) => Promise<readonly string[]>,
  ) {
    this.#evidence = evidence;
    this.#idsOf = idsOf;
  }

  async afterStep({
    journal,
    committed,
    disks,
  }: News): Promise<BrokenPromise | undefined> {
    const ids = await this.#idsSinceLastLook();
    // What a restored server is brought back was judged once, under the rights that then were.
    const isRestored = this.#evidence.server.setBackCount > 0;
    const broken = isRestored
      ? undefined
      : (this.#writtenAfterTheEnd(committed ?? []) ??
        this.#receivedAfterTheEnd(disks, ids));
    this.#noteEnds(journal, committed ?? []);
    return broken;
  }

  /** Under which each device may have come between the last look and this one. */
  async #idsSinceLastLook(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const found = new Map<string, ReadonlySet<string>>();
    for (const device of this.#evidence.devices.keys()) {
      const now = await this.#idsOf(device);
      found.set(device, new Set([...(this.#ids.get(device) ?? []), ...now]));
      this.#ids.set(device, now);
    }
    return found;
  }

  #writtenAfterTheEnd(committed: readonly LogRow[]): BrokenPromise | undefined {
    const row = committed.find(
      (one) =>
        !this.#stoodBefore(one) &&
        ((one.look > (this.#outSince.get(one.memberId) ?? Infinity) &&
          !mayBeLetInBefore(one, committed)) ||
          one.look > (this.#revokedSince.get(one.deviceId) ?? Infinity)),
    );
    return (
      row && {
        promise: "PM-13",
        words: `change ${row.hash} of ${row.recordType} ${row.recordId} was admitted after its author or device had been shut out`,
      }
    );
  }

  /** A record that moves takes its rows along, whoever wrote them. */
  #stoodBefore({ recordId, hash, look }: LogRow): boolean {
    const rows = this.#evidence.server.committed.get(
      changeName(recordId, hash),
    );
    return rows?.some((row) => row.look < look) ?? false;
  }

  #receivedAfterTheEnd(
    disks: News["disks"],
    ids: ReadonlyMap<string, ReadonlySet<string>>,
  ): BrokenPromise | undefined {
    for (const [device, { written }] of disks) {
      const since = this.#revocationOf(ids.get(device));
      if (since === undefined) continue;
      const late = written.find(
        ({ personId, recordId, hash }) =>
          personId === null &&
          (
            this.#evidence.server.committed.get(changeName(recordId, hash)) ??
            []
          ).every(({ look }) => look > since),
      );
      if (late !== undefined)
        return {
          promise: "PM-13",
          words: `${device}, which was revoked, was sent change ${late.hash}, admitted since`,
        };
    }
    return undefined;
  }

  /** Of the last of them; undefined where one is good still. */
  #revocationOf(ids: ReadonlySet<string> = new Set()): number | undefined {
    const since = [...ids].map((id) => this.#revokedSince.get(id) ?? Infinity);
    const last = Math.max(...since);
    return Number.isFinite(last) ? last : undefined;
  }

  #noteEnds(journal: News["journal"], committed: readonly LogRow[]): void {
    const { server } = this.#evidence;
    for (const entry of journal) {
      // Where no answer came, it may not have been.
      if (entry.kind === "device-revoked" && entry.isCertain)
        this.#revokedSince.set(entry.deviceId, server.lookCount);
    }
    const members = committed.filter(
      ({ recordType }) => recordType === "member",
    );
    for (const recordId of new Set(members.map((row) => row.recordId))) {
      const held = server.hashesOf(recordId);
      const live = this.#evidence
        .modelOf(recordId)
        .liveStatements("membership", held);
      const isOut = live.some(({ content }) => content["active"] !== true);
      if (!isOut) this.#outSince.delete(recordId);
      else if (!this.#outSince.has(recordId))
        this.#outSince.set(recordId, server.lookCount);
    }
  }
}

/** Whether, in the same look, something was said of its author's membership that may have come first: the order of two scopes is not known. */
function mayBeLetInBefore(row: LogRow, committed: readonly LogRow[]): boolean {
  return committed.some(
    ({ recordId, scopeId, sequence }) =>
      recordId === row.memberId &&
      (scopeId !== row.scopeId || sequence < row.sequence),
  );
}

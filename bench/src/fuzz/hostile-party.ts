/**
 * Everybody hostile: members of the sample organization with a role each, on devices of their own, and what they know from having
 * received the organization's records. They take turns, so that no input has to do with the one before.
 */
import {
  decodeChange,
  defaultChangeLimits,
  type Membership,
  type RecordId,
  type Verdict,
  type WelcomeMessage,
} from "@suture/schema";

import type { AdminOffice } from "./admin-office.ts";
import { makeChangeInput, type PushedChange } from "./change-inputs.ts";
import { Chance } from "./chance.ts";
import { makeFrame, makeUpgrade, makeWireBytes } from "./frame-inputs.ts";
import {
  type HostileDevice,
  nothingUnsynced,
  type Outcome,
} from "./hostile-device.ts";
import { HostileReplica } from "./hostile-replica.ts";
import { makeMessageInput, type MessageMaterials } from "./message-inputs.ts";
import { RawConnection } from "./raw-connection.ts";
import { objectToCbor, plainFrame } from "./wire-values.ts";

/** For bytes after which a server may rightly wait for more. */
const settleWithinMs = 25;

/** An input that is ready to be sent, so that making it is not part of what is measured. */
export interface Prepared {
  readonly name: string;
  /** Whether it may hold hundreds of changes or rows, which are judged a few in a turn. */
  readonly isBatch: boolean;
  /** Throws `Unanswered` if the server hangs. */
  deliver(): Promise<Delivered>;
}

export interface Delivered {
  /** What became of it: one word, or of a push the verdict or code of each change. */
  readonly ends: readonly string[];
}

interface Attacker {
  readonly device: HostileDevice;
  isQuarantined: boolean;
  readonly membership: Membership;
  readonly scopes: WelcomeMessage["scopes"];
}

export class HostileParty {
  readonly #port: number;
  readonly #office: AdminOffice;
  readonly #attackers: readonly Attacker[];
  readonly #replicas: readonly HostileReplica[];
  readonly #known: MessageMaterials["known"];
  #pushCount = 0;

  private constructor(
    port: number,
    office: AdminOffice,
    attackers: readonly Attacker[],
    replicas: readonly HostileReplica[],
  ) {
    this.#port = port;
    this.#office = office;
    this.#attackers = attackers;
    this.#replicas = replicas;
    this.#known = replicas.flatMap(({ recordId, chunks }) =>
      chunks.map((bytes) => {
        const change = decodeChange(bytes, defaultChangeLimits);
        if (!change.ok) throw new Error(change.error.reason);
        return { recordId, hash: change.value.hash, bytes };
      }),
    );
  }

  /** Everybody joins; the first, who may read most, gets the records. */
  static async gather(
    port: number,
    office: AdminOffice,
    devices: readonly HostileDevice[],
  ): Promise<HostileParty> {
    const attackers: Attacker[] = [];
    const replicas: HostileReplica[] = [];
    for (const device of devices) {
      const welcome = await device.join();
      const membership = welcome?.memberships[0];
      if (!welcome || !membership) throw new Error("no session was given");
      const { scopes } = welcome;
      attackers.push({ device, membership, scopes, isQuarantined: false });
      if (replicas.length === 0)
        for (const { scopeId } of welcome.scopes)
          replicas.push(...(await recordsOf(device, scopeId)));
    }
    return new HostileParty(port, office, attackers, replicas);
  }

  /** Makes the input of this number, and connects whoever sends it. */
  async prepare(seed: number, number: number): Promise<Prepared> {
    const chance = new Chance(seed, number);
    const attacker = chance.pick(this.#attackers);
    const { device } = attacker;
    if (attacker.isQuarantined) await this.#leaveQuarantine(attacker);
    const share = chance.below(100);
    if (share < 8) return this.#upgrade(device, chance);
    if (!device.isConnected && (await device.join()) === null)
      return {
        name: "join",
        isBatch: false,
        deliver: async () => ended("closed"),
      };
    if (share < 62) return this.#push(attacker, chance);
    const message = makeMessageInput(this.#messageMaterials(attacker, chance));
    if (share < 82)
      return this.#send(
        device,
        `message: ${message.name}`,
        message.frame,
        chance,
      );
    if (share < 96)
      return this.#send(
        device,
        "frame",
        makeFrame(message.frame, chance),
        chance,
      );
    const bytes = makeWireBytes(message.frame, chance);
    return {
      name: "wire",
      isBatch: false,
      async deliver() {
        device.sendRaw(bytes);
        const outcome = await device.drain(settleWithinMs);
        if (outcome === "unanswered") device.disconnect();
        return ended(outcome);
      },
    };
  }

  end(): void {
    for (const { device } of this.#attackers) device.disconnect();
  }

  #messageMaterials(
    { device, membership, scopes }: Attacker,
    chance: Chance,
  ): MessageMaterials {
    const { deviceId, syncToken } = device.grant;
    return {
      chance,
      deviceId,
      memberId: membership.memberId,
      token: syncToken,
      scopes,
      known: this.#known,
    };
  }

  #push(attacker: Attacker, chance: Chance): Prepared {
    const { device, membership } = attacker;
    const { memberId, organizationId } = membership;
    const { deviceId, syncToken } = device.grant;
    const input = makeChangeInput({
      chance,
      author: { memberId, deviceId },
      organizationId,
      replicas: this.#replicas,
    });
    this.#pushCount += 1;
    const pushId = this.#pushCount;
    const frame = plainFrame(
      objectToCbor({
        type: "push",
        pushId,
        token: syncToken,
        changes: input.changes,
        unsynced: nothingUnsynced,
      }),
    );
    return {
      name: `change: ${input.name}`,
      isBatch: input.changes.length > 1,
      deliver: async () => {
        const answer = await device.ask(
          frame,
          (message) => "pushId" in message && message.pushId === pushId,
        );
        if (answer === null) return ended("closed");
        if (answer.type !== "verdicts") return { ends: [answer.type] };
        this.#learn(input.changes, answer.verdicts);
        const ends = answer.verdicts.map((verdict) =>
          "code" in verdict ? verdict.code : verdict.verdict,
        );
        attacker.isQuarantined = ends.includes("device-quarantined");
        return { ends };
      },
    };
  }

  async #leaveQuarantine(attacker: Attacker): Promise<void> {
    const { organizationId } = attacker.membership;
    await this.#office.release(organizationId, attacker.device.grant.deviceId);
    attacker.isQuarantined = false;
  }

  /** What was accepted is what the next changes build on. */
  #learn(changes: readonly PushedChange[], verdicts: readonly Verdict[]): void {
    for (const [index, { recordId, bytes }] of changes.entries())
      if (verdicts[index]?.verdict === "accepted")
        this.#replicas
          .find((replica) => replica.recordId === recordId)
          ?.receive(bytes);
  }

  /** On the open session, or as the first frame of a new one. */
  async #send(
    device: HostileDevice,
    name: string,
    frame: Uint8Array,
    chance: Chance,
  ): Promise<Prepared> {
    const isFirst = chance.isLikely(0.1);
    if (isFirst) await device.connect();
    return {
      name: isFirst ? `${name}, first` : name,
      isBatch: /push|restore/.test(name),
      async deliver() {
        device.send(frame);
        return ended(await device.drain());
      },
    };
  }

  async #upgrade(device: HostileDevice, chance: Chance): Promise<Prepared> {
    const connection = await RawConnection.open(this.#port, {
      onMessage: () => undefined,
      onEnd: () => undefined,
    });
    const request = makeUpgrade(await device.upgradeRequest(), chance);
    return {
      name: "upgrade",
      isBatch: false,
      async deliver() {
        const status = await Promise.race([
          connection.request(request),
          new Promise<null>((resolve) => {
            setTimeout(() => resolve(null), settleWithinMs);
          }),
        ]);
        connection.destroy();
        return { ends: [`HTTP ${status ?? "none"}`] };
      },
    };
  }
}

function ended(outcome: Outcome): Delivered {
  return { ends: [outcome] };
}

async function recordsOf(
  device: HostileDevice,
  scopeId: string,
): Promise<readonly HostileReplica[]> {
  const chunksByRecord = new Map<RecordId, Uint8Array[]>();
  let at: unknown = null;
  let after: unknown = null;
  do {
    const request = { type: "pull-snapshot", scopeId, at, after };
    const page = await device.ask(
      plainFrame(objectToCbor(request)),
      ({ type }) => type === "snapshot",
    );
    if (page?.type !== "snapshot") throw new Error("no snapshot was given");
    for (const { recordId, changes } of page.records)
      chunksByRecord.set(
        recordId,
        changes.map(({ bytes }) => bytes),
      );
    at = page.at;
    after = page.next;
  } while (after !== null);
  return [...chunksByRecord].flatMap(
    ([recordId, chunks]) => HostileReplica.of(recordId, chunks) ?? [],
  );
}

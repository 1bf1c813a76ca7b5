/** Somebody with an account and a device, who composes whatever they like and pushes it over a real socket. */
import type {
  ActorId,
  PersonId,
  RecordId,
  RecordType,
  Verdict,
} from "@suture/schema";
import {
  type Replica,
  TestAuthor,
} from "../../src/admission/author.test-support.ts";
import type { PushedChange } from "../../src/admission/judgement.ts";
import { nothingUnsynced } from "../../src/gateway/sync/sync-world.test-support.ts";
import type { Device } from "../../src/running-server.test-support.ts";
import { systemRandom } from "../../src/system-runtime.ts";
import { SyncSocket } from "./sync-socket.test-support.ts";

export class Actor extends TestAuthor {
  readonly url: string;
  readonly email: string;
  readonly personId: PersonId;
  readonly device: Device;
  /** The record that says who they are, once they were hired. */
  member: Replica | undefined;
  #socket: SyncSocket | undefined;
  #pushId = 0;

  constructor(
    url: string,
    email: string,
    personId: PersonId,
    memberId: RecordId,
    device: Device,
  ) {
    super({ memberId, deviceId: device.deviceId }, systemRandom);
    this.url = url;
    this.email = email;
    this.personId = personId;
    this.device = device;
  }

  /** Their open session: a new one if the last has ended. */
  async socket(): Promise<SyncSocket> {
    if (this.#socket?.isOpen !== true)
      this.#socket = await SyncSocket.welcomed(this.url, this.device);
    return this.#socket;
  }

  /** The verdicts, or how the session ended. */
  async push(
    changes: readonly PushedChange[],
    token = this.device.syncToken,
  ): Promise<readonly Verdict[] | string> {
    const socket = await this.socket();
    this.#pushId += 1;
    const answer = await socket.ask(
      {
        type: "push",
        pushId: this.#pushId,
        token,
        changes: [...changes],
        unsynced: nothingUnsynced,
      },
      "verdicts",
    );
    return typeof answer === "string" ? answer : answer.verdicts;
  }

  /** What became of the last of them. */
  async answerTo(...changes: readonly PushedChange[]): Promise<string> {
    const verdicts = await this.push(changes);
    return typeof verdicts === "string" ? verdicts : describe(verdicts.at(-1));
  }

  async pushAccepted(...changes: readonly PushedChange[]): Promise<void> {
    const verdicts = await this.push(changes);
    if (typeof verdicts === "string") throw new Error(verdicts);
    const other = verdicts.find(({ verdict }) => verdict !== "accepted");
    if (other !== undefined)
      throw new Error(`not accepted: ${describe(other)}`);
  }

  /** A new record, on the server already. */
  async newRecord(type: RecordType, parentId: RecordId): Promise<Replica> {
    const { replica, pushed } = this.create(type, { parentId });
    await this.pushAccepted(pushed);
    return replica;
  }

  async leave(): Promise<void> {
    await this.#socket?.close();
    this.#socket = undefined;
  }
}

export function describe(verdict: Verdict | undefined): string {
  if (verdict === undefined) return "no verdict";
  return "message" in verdict
    ? `${verdict.verdict} ${verdict.code}: ${verdict.message}`
    : verdict.verdict;
}

/** Of an answer, only the code: where the sentence says no more than it. */
export function codeOf(answer: string): string {
  return answer.replace(/^\w+ /, "").replace(/: .*$/s, "");
}

/** Who made the record. */
export function firstActor(replica: Replica): ActorId {
  const [first] = replica.index.changes();
  if (first === undefined) throw new Error("the replica is empty");
  return first.actor;
}

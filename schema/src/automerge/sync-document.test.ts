import * as Automerge from "@automerge/automerge";
import { expect, test } from "vitest";
import { readPeerSyncMessage } from "./peer-sync-message.ts";
import { syncDocument, type PeerSyncState } from "./sync-document.ts";

type Numbers = Record<string, number>;

/** A stock client beside our steps. What it writes is taken up by `take`, change by change. */
class Pair {
  client = Automerge.init<Numbers>();
  server: Uint8Array[] = [];
  isReadOnly = false;
  rounds = 0;
  sentChanges = 0;
  state: PeerSyncState | null = null;
  #clientState = Automerge.initSyncState();

  write(value: number): void {
    this.client = Automerge.change(
      this.client,
      (draft) => void (draft["n"] = value),
    );
  }

  /** Until neither has anything to say. */
  settle(take: (change: Uint8Array) => boolean = () => true): void {
    for (let round = 0; round < 20; round += 1) {
      const [next, message] = Automerge.generateSyncMessage(
        this.client,
        this.#clientState,
      );
      this.#clientState = next;
      const reply = this.#serve(message, take);
      if (message === null && reply === null) return;
      this.rounds += 1;
      if (reply === null) continue;
      [this.client, this.#clientState] = Automerge.receiveSyncMessage(
        this.client,
        this.#clientState,
        reply,
      );
    }
    throw new Error("they never end");
  }

  #serve(
    message: Uint8Array | null,
    take: (change: Uint8Array) => boolean,
  ): Uint8Array | null {
    const read = message === null ? null : readPeerSyncMessage(message);
    if (read?.ok === false) throw new Error(read.error.reason);
    for (const change of read?.value.changes ?? []) {
      this.sentChanges += 1;
      if (take(change)) this.server.push(change);
      else this.isReadOnly = true;
    }
    const step = syncDocument({
      changes: this.server,
      state: structuredClone(this.state),
      isReadOnly: this.isReadOnly,
      missing: [],
      message: read?.value.bare ?? null,
    });
    this.state = step.state;
    return step.reply;
  }
}

test("[PA-5] a peer's edits and ours reach each other, one step at a time, and then it is quiet", () => {
  const pair = new Pair();
  for (const value of [1, 2, 3]) pair.write(value);
  pair.settle();
  expect(pair.server).toHaveLength(3);
  const ours = Automerge.change(
    Automerge.load<Numbers>(Automerge.save(pair.client)),
    (draft) => void (draft["m"] = 1),
  );
  pair.server.push(Automerge.getLastLocalChange(ours) ?? new Uint8Array());
  pair.settle();
  expect(pair.client).toEqual({ n: 3, m: 1 });
  expect(pair.state?.sentHashes).toEqual({});
  const before = pair.rounds;
  pair.settle();
  expect(pair.rounds).toBe(before);
});

test("[PA-7] a peer that was refused a change offers it once, is quiet within two rounds, and still gets what others write", () => {
  const pair = new Pair();
  pair.write(1);
  pair.settle();
  pair.write(666);
  const before = pair.rounds;
  pair.settle(() => false);
  expect(pair.rounds - before).toBeLessThanOrEqual(2);
  expect(pair.sentChanges).toBe(2);
  pair.write(667);
  pair.settle(() => false);
  expect(pair.sentChanges).toBe(2);

  const [first = new Uint8Array()] = pair.server;
  const theirs = Automerge.change(
    Automerge.load<Numbers>(first),
    (draft) => void (draft["m"] = 2),
  );
  pair.server.push(Automerge.getLastLocalChange(theirs) ?? new Uint8Array());
  pair.settle(() => false);
  expect(pair.client["m"]).toBe(2);
  expect(pair.sentChanges).toBe(2);
});

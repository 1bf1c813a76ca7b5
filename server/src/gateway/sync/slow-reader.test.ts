import {
  closeNameOf,
  decodeServerFrame,
  encodeFrame,
  organizationScope,
  protocolVersion,
  schemaVersion,
} from "@suture/schema";
import type {
  ClientMessage,
  CloseName,
  MessageSocket,
  ServerMessage,
  SocketListener,
} from "@suture/schema";
import { expect, test } from "vitest";
import { endOfScope, found } from "./house.test-support.ts";
import { defaultSyncLimits } from "./sync-limits.ts";
import {
  nothingUnsynced,
  SyncWorld,
  type Somebody,
} from "./sync-world.test-support.ts";

const {
  slowReaderBytes,
  slowReaderPollMs,
  stalledReaderMs,
  stalledReaderBytes,
  maxBufferedBytes,
} = defaultSyncLimits;

test("[LM-6] what a slow reader asks for is answered once it has read what was sent before", async () => {
  const { world, reader, pull } = await opened();
  reader.bufferedBytes = slowReaderBytes + 1;
  pull();
  await world.settle();
  expect(reader.types()).toEqual([]);
  reader.bufferedBytes = slowReaderBytes;
  world.timers.advance(slowReaderPollMs);
  await world.settle();
  expect(reader.types()).toEqual(["changes"]);
  expect(reader.closed).toBeNull();
});

test("[LM-6] one that takes nothing for long is closed, one that takes a little is not", async () => {
  const { world, reader, ping } = await opened();
  reader.bufferedBytes = 3 * stalledReaderBytes;
  ping();
  world.timers.advance(stalledReaderMs - 1);
  reader.bufferedBytes -= stalledReaderBytes;
  world.timers.advance(1);
  expect(reader.closed).toBeNull();
  world.timers.advance(stalledReaderMs);
  expect(reader.closed).toBe("slow-reader");
});

test("[LM-6] one that has caught up is left alone", async () => {
  const { world, reader, ping } = await opened();
  reader.bufferedBytes = 2 * stalledReaderBytes;
  ping();
  reader.bufferedBytes = 0;
  world.timers.advance(stalledReaderMs);
  expect(reader.closed).toBeNull();
});

test("[LM-6] with more unsent than the limit a session is closed at once", async () => {
  const { reader, ping } = await opened();
  reader.bufferedBytes = maxBufferedBytes + 1;
  ping();
  expect(reader.closed).toBe("slow-reader");
});

async function opened() {
  // Days without a question in between, so that only reading counts.
  const limits = { pingIntervalMs: 400 * 24 * 3_600_000 };
  const world = await SyncWorld.create({ limits });
  const house = await found(world);
  const cursor = await endOfScope(world.store, house);
  const scopeId = organizationScope(house.organizationId);
  const reader = new SlowReader();
  world.server.acceptSyncSocket(reader, house.admin.caller);
  reader.hello(house.admin);
  await world.settle();
  reader.types();
  return {
    world,
    reader,
    pull: () => reader.say({ type: "pull", scopeId, cursor }),
    ping: () => reader.say({ type: "ping", number: 1 }),
  };
}

/** A socket whose other side reads as a test says. */
class SlowReader implements MessageSocket {
  bufferedBytes = 0;
  closed: CloseName | undefined | null = null;
  readonly #frames: Uint8Array[] = [];
  #listener: SocketListener | undefined;

  listen(listener: SocketListener): void {
    this.#listener = listener;
  }

  send(frame: Uint8Array): void {
    this.#frames.push(frame);
  }

  close(code: number): void {
    this.closed = closeNameOf(code);
  }

  say(message: ClientMessage): void {
    this.#listener?.onFrame(encodeFrame(message));
  }

  hello({ deviceId }: Somebody): void {
    this.say({
      type: "hello",
      protocolVersion,
      schemaVersion,
      appVersion: "test",
      deviceId,
      cursors: {},
      unsynced: nothingUnsynced,
    });
  }

  /** What was sent since this was last asked. */
  types(): readonly ServerMessage["type"][] {
    return this.#frames.splice(0).map((frame) => {
      const message = decodeServerFrame(frame);
      if (!message.ok) throw new Error(message.error.reason);
      return message.value.type;
    });
  }
}

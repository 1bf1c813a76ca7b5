/** What arrives as a frame: RFC 6455 below it, RFC 8949 in it, and the messages it may be. */
import { deflateRawSync } from "node:zlib";
import {
  type Item,
  joined,
  plainFrame,
  Raw,
  write,
} from "./cbor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import {
  cbor,
  manifest,
  noMessage,
  ping,
  push,
  sent,
} from "./sent-frames.test-support.ts";
import { SyncSocket } from "./sync-socket.test-support.ts";

const scan = "schema/src/protocol/scan-cbor.ts";
const frame = "schema/src/protocol/frame.ts";
const malformed = (reason: string) => `close message-malformed: ${reason}`;

/** The bytes of a `ping`, of which `number` is another item. */
const pingOf = (...bytes: readonly number[]) =>
  cbor({ type: "ping", number: new Raw(...bytes) });

/** Bytes on the wire as no WebSocket client would write them, on an open session. */
function wired(...bytes: readonly number[]): HostileCase["attack"] {
  return async ({ url, clinician }) => {
    const socket = await SyncSocket.welcomed(url, clinician.device);
    const from = socket.events.length;
    const { _socket: raw } = socket.socket as unknown as {
      readonly _socket: { write(bytes: Uint8Array): void };
    };
    raw.write(Uint8Array.from(bytes));
    return socket
      .next(() => false, from)
      .then((event) =>
        event.type === "closed" ? `close ${event.code}` : event.type,
      );
  };
}

const nested = (levels: number): Item =>
  levels === 0 ? 1 : [nested(levels - 1)];

// One case a paragraph.
const wire: readonly HostileCase[] = [
  {
    name: "a WebSocket frame with reserved bits",
    attacks: "an extension nobody negotiated (RFC 6455, 5.2)",
    check: "ws; server/src/gateway/sync/ws-message-socket.ts hears its error",
    expected: "close 1002",
    attack: wired(0xf2, 0x84, 0, 0, 0, 0, 1, 2, 3, 4),
  },
  {
    name: "a WebSocket frame without a mask",
    attacks: "proxies between (RFC 6455, 5.3)",
    check: "ws",
    expected: "close 1002",
    attack: wired(0x82, 0x01, 0),
  },
  {
    name: "a compressed WebSocket frame, though none was negotiated",
    attacks: "memory, by per-frame deflate",
    check: "ws",
    expected: "close 1002",
    attack: wired(0xc2, 0x81, 0, 0, 0, 0, 0),
  },
  {
    name: "a continuation of nothing",
    attacks: "reassembly (RFC 6455, 5.4)",
    check: "ws",
    expected: "close 1002",
    attack: wired(0x80, 0x80, 0, 0, 0, 0),
  },
  {
    name: "a control frame longer than 125 bytes",
    attacks: "control frames (RFC 6455, 5.5)",
    check: "ws",
    expected: "close 1002",
    attack: wired(0x89, 0xfe, 0, 200, 0, 0, 0, 0),
  },
  {
    name: "a close frame with a code that may not be sent",
    attacks: "the close handshake (RFC 6455, 7.4)",
    check: "ws",
    expected: "close 1002",
    attack: wired(0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed),
  },
  {
    name: "a frame that announces more bytes than a frame may have",
    attacks: "memory, before anything is read",
    check: "server/src/gateway/sync/upgrade.ts: maxPayload",
    expected: "close 1009",
    attack: wired(0x82, 0xff, 0, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0),
  },
  {
    name: "a text frame",
    attacks: "the decoder, with what is not CBOR",
    check: "server/src/gateway/sync/ws-message-socket.ts: isBinary",
    expected: "close message-malformed",
    attack: sent(() => '{"type":"ping","number":7}'),
  },
];

const envelope: readonly HostileCase[] = [
  {
    name: "a frame of no bytes",
    attacks: "the envelope",
    check: `${frame}: first byte`,
    expected: malformed("the frame's first byte is unknown"),
    attack: sent(() => new Uint8Array(0)),
  },
  {
    name: "a frame of an unknown packing",
    attacks: "the envelope",
    check: `${frame}: first byte`,
    expected: malformed("the frame's first byte is unknown"),
    attack: sent(() => joined([2, write(ping)])),
  },
  {
    name: "a frame said to be deflated that is not",
    attacks: "the inflater",
    check: `${frame}: inflate`,
    expected: malformed("the frame is not deflated data"),
    attack: sent(() => joined([1, write(ping)])),
  },
  {
    name: "a deflated frame cut short",
    attacks: "the inflater",
    check: `${frame}: inflate`,
    expected: malformed("the frame is not deflated data"),
    attack: sent(() => {
      const body = deflateRawSync(write("x".repeat(2_000)));
      return joined([1, body.subarray(0, body.length - 4)]);
    }),
  },
  {
    name: "a deflate bomb: 33 KB that inflate to 32 MiB",
    attacks: "memory",
    check: "server/src/gateway/sync/node-compression.ts: maxBytes",
    expected: "close message-too-large: the message is too large once inflated",
    attack: sent(() => joined([1, deflateRawSync(new Uint8Array(32 << 20))])),
  },
];

const shape: readonly HostileCase[] = [
  {
    name: "a tagged message",
    attacks: "what a CBOR library does for a tag",
    check: `${scan}: tags`,
    expected: malformed("the message holds a tag"),
    attack: cbor(new Raw(0xd9, 0xd9, 0xf7, write(ping))),
  },
  {
    name: "a bignum of a megabyte (511 s in cbor-x)",
    attacks: "CPU",
    check: `${scan}: tags`,
    expected: malformed("the message holds a tag"),
    attack: cbor({
      type: "ping",
      number: new Raw(0xc2, write(new Uint8Array(1 << 20).fill(1))),
    }),
  },
  {
    name: "a map of indefinite length",
    attacks: "a decoder that waits for an end",
    check: `${scan}: indefinite lengths`,
    expected: malformed("a length is malformed or out of range"),
    attack: cbor(
      new Raw(0xbf, write("type"), write("ping"), write("number"), 7, 0xff),
    ),
  },
  {
    name: "an array of indefinite length",
    attacks: "a decoder that waits for an end",
    check: `${scan}: indefinite lengths`,
    expected: malformed("a length is malformed or out of range"),
    attack: push({ changes: new Raw(0x9f, 0xff) }),
  },
  {
    name: "a text in chunks of indefinite length",
    attacks: "keys and texts put together by the decoder",
    check: `${scan}: indefinite lengths`,
    expected: malformed("a length is malformed or out of range"),
    attack: cbor({ type: new Raw(0x7f, write("ping"), 0xff), number: 7 }),
  },
  {
    name: "undefined as a value",
    attacks: "schemas with optional members",
    check: `${scan}: simple values`,
    expected: malformed("the message holds a value that is not allowed"),
    attack: pingOf(0xf7),
  },
  {
    name: "a simple value nobody assigned",
    attacks: "the decoder's corners",
    check: `${scan}: simple values`,
    expected: malformed("the message holds a value that is not allowed"),
    attack: pingOf(0xf8, 0xff),
  },
  {
    name: "a half-precision number",
    attacks: "the decoder's corners",
    check: `${scan}: simple values`,
    expected: malformed("the message holds a value that is not allowed"),
    attack: pingOf(0xf9, 0x47, 0x00),
  },
  {
    name: "a break without anything to break",
    attacks: "the decoder's corners",
    check: `${scan}: simple values`,
    expected: malformed("the message holds a value that is not allowed"),
    attack: pingOf(0xff),
  },
  {
    name: "a number as a key",
    attacks: "objects with keys that no schema lists",
    check: `${scan}: keys`,
    expected: malformed("a key is not text"),
    attack: cbor(new Raw(0xa1, 7, 7)),
  },
  {
    name: "a byte string as a key",
    attacks: "objects with keys that no schema lists",
    check: `${scan}: keys`,
    expected: malformed("a key is not text"),
    attack: cbor(new Raw(0xa1, 0x41, 0x61, 7)),
  },
  {
    name: "__proto__ as a key",
    attacks: "the prototype of every object",
    check: `${scan}: keys`,
    expected: malformed("a key is not allowed"),
    attack: cbor(new Raw(0xa1, write("__proto__"), write({ isAdmin: true }))),
  },
  {
    name: "constructor as a key",
    attacks: "the prototype of every object",
    check: `${scan}: keys`,
    expected: malformed("a key is not allowed"),
    attack: cbor({
      type: "ping",
      number: 7,
      ["constructor"]: { prototype: {} },
    }),
  },
  {
    name: "prototype as a key, deep inside",
    attacks: "the prototype of every object",
    check: `${scan}: keys`,
    expected: malformed("a key is not allowed"),
    attack: push({ unsynced: { recordIds: [{ a: { prototype: 1 } }] } }),
  },
  {
    name: "nine levels of nesting",
    attacks: "the stack",
    check: `${scan}: maxDepth`,
    expected: malformed("the message is nested too deep"),
    attack: cbor({ type: nested(9) }),
  },
  {
    name: "a hundred thousand levels of nesting",
    attacks: "the stack",
    check: `${scan}: maxDepth`,
    expected: malformed("the message is nested too deep"),
    attack: sent(() => new Uint8Array(100_001).fill(0x81, 1)),
  },
  {
    name: "20,001 items",
    attacks: "memory: a byte an item here, a hundred once decoded",
    check: `${scan}: maxItems`,
    expected: malformed("the message has too many items"),
    attack: sent(() => joined([0, 0x99, 0x4e, 0x21, new Uint8Array(20_001)])),
  },
  {
    name: "a byte string longer than the message",
    attacks: "memory",
    check: `${scan}: lengths`,
    expected: malformed("a text or byte string is longer than the message"),
    attack: pingOf(0x5a, 0xff, 0xff, 0xff, 0xff),
  },
  {
    name: "a list of four thousand million items",
    attacks: "memory and CPU",
    check: `${scan}: counts`,
    expected: malformed("a list or map is longer than the message"),
    attack: pingOf(0x9a, 0xff, 0xff, 0xff, 0xff),
  },
  {
    name: "a map of four thousand million pairs",
    attacks: "memory and CPU",
    check: `${scan}: counts`,
    expected: malformed("a list or map is longer than the message"),
    attack: pingOf(0xba, 0xff, 0xff, 0xff, 0xff),
  },
  {
    name: "a length beyond 53 bits",
    attacks: "numbers that are rounded",
    check: `${scan}: numbers`,
    expected: malformed("a length is malformed or out of range"),
    attack: pingOf(0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  },
  {
    name: "an integer beyond 53 bits",
    attacks: "numbers that are rounded",
    check: `${scan}: numbers`,
    expected: malformed("a length is malformed or out of range"),
    attack: pingOf(0x1b, 0, 0x20, 0, 0, 0, 0, 0, 1),
  },
  {
    name: "a reserved length",
    attacks: "the decoder's corners",
    check: `${scan}: lengths`,
    expected: malformed("a length is malformed or out of range"),
    attack: pingOf(0x1c),
  },
  {
    name: "a message cut short",
    attacks: "the decoder's end",
    check: `${scan}: lengths`,
    expected: malformed("the message ends early"),
    attack: sent(() => plainFrame(ping).slice(0, -1)),
  },
  {
    name: "a message with another behind it",
    attacks: "what reads the first and what reads the last",
    check: `${scan}: the end`,
    expected: malformed("bytes are left behind the message"),
    attack: sent(() => joined([0, write(ping), write(ping)])),
  },
  {
    name: "text that is not UTF-8",
    attacks: "texts that read differently in other places",
    check: "schema/src/protocol: the message's own schema",
    expected: noMessage,
    attack: push({
      unsynced: { ...manifest, recordIds: [new Raw(0x61, 0xff)] },
    }),
  },
];

export const frameCases: readonly HostileCase[] = [
  ...wire,
  ...envelope,
  ...shape,
];

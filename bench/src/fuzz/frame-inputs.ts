/** Frames that hold no message, and bytes that are no frame: what a socket, its inflater and the CBOR scan have to stand. */
import { deflateRawSync } from "node:zlib";

import type { Chance } from "./chance.ts";
import { joined, joinedAll, mutateBytes } from "./mutate-bytes.ts";
import { opcodes, webSocketFrame } from "./raw-connection.ts";
import { deflatedFrame } from "./wire-values.ts";

/** A frame damaged, replaced or blown up. */
export function makeFrame(sound: Uint8Array, chance: Chance): Uint8Array {
  switch (chance.below(8)) {
    case 0:
    case 1:
    case 2:
      return mutateBytes(sound, chance);
    case 3:
      return chance.bytes(chance.length(4_096));
    case 4:
      return joined(
        Uint8Array.of(chance.below(4)),
        chance.bytes(chance.length(70_000)),
      );
    case 5:
      return deflateBomb(chance);
    case 6:
      return manyItems(chance);
    default:
      return deflatedFrame(mutateBytes(sound.subarray(1), chance));
  }
}

function deflateBomb(chance: Chance): Uint8Array {
  const length = chance.pick([1, 1, 1, 15, 16, 17]) * 1024 * 1024;
  const fill = chance.pick([0x00, 0x80, 0x81, 0xa1, 0xf6, 0x60, 0xff]);
  return joined(
    Uint8Array.of(1),
    new Uint8Array(
      deflateRawSync(new Uint8Array(length).fill(fill), { level: 1 }),
    ),
  );
}

/** Lists of lists, maps and texts: as many items as a message may have, or more. */
function manyItems(chance: Chance): Uint8Array {
  const count = chance.pick([1_000, 100_000, 399_000, 400_000, 800_000]);
  const head = new DataView(new ArrayBuffer(5));
  head.setUint8(0, chance.pick([0x9a, 0xba]));
  head.setUint32(1, count);
  const item = chance.pick([
    Uint8Array.of(0x80),
    Uint8Array.of(0xa0),
    Uint8Array.of(0x00),
    Uint8Array.of(0x61, 0x61),
    Uint8Array.of(0x61, 0x61, 0xf6),
  ]);
  const body = Buffer.alloc(count * item.length, item);
  return deflatedFrame(joined(new Uint8Array(head.buffer), body));
}

/** Bytes on an open WebSocket: reserved bits and opcodes, fragments, lengths without a payload, no mask. */
export function makeWireBytes(sound: Uint8Array, chance: Chance): Uint8Array {
  const frame = webSocketFrame(opcodes.binary, sound);
  switch (chance.below(9)) {
    case 0:
      return webSocketFrame(opcodes.text, sound);
    case 1:
      return webSocketFrame(
        chance.below(16),
        sound.subarray(0, chance.below(200)),
        chance.pick([0x00, 0x80, 0xc0, 0xf0]),
      );
    case 2:
      return joinedAll(
        Array.from({ length: chance.length(5_000) }, (_, index) =>
          webSocketFrame(index === 0 ? opcodes.binary : 0, Uint8Array.of(0), 0),
        ),
      );
    case 3:
      return joinedAll(
        Array.from({ length: chance.length(2_000) }, () =>
          webSocketFrame(opcodes.ping, chance.bytes(chance.below(126))),
        ),
      );
    case 4:
      return Uint8Array.of(
        0x82,
        0xff,
        0,
        0,
        0,
        chance.pick([0, 1, 0xff]),
        0xff,
        0xff,
        0xff,
        0xff,
      );
    case 5:
      return Uint8Array.of(0x82, 0x05, 1, 2, 3, 4, 5);
    case 6:
      return webSocketFrame(opcodes.close, chance.bytes(chance.below(126)));
    case 7:
      return frame.subarray(0, chance.below(frame.length));
    default:
      return mutateBytes(frame, chance);
  }
}

/** Requests on a connection of their own, made from a proper upgrade. */
export function makeUpgrade(sound: string, chance: Chance): Uint8Array {
  const lines = sound.split("\r\n");
  const at = chance.below(lines.length - 2);
  const line = lines[at] ?? "";
  const text = chance.pick<() => string>([
    () => lines.filter((_, index) => index !== at).join("\r\n"),
    () => lines.with(at, `${line}\r\n${line}`).join("\r\n"),
    () =>
      lines
        .with(at, `${line.slice(0, chance.below(line.length))}`)
        .join("\r\n"),
    () =>
      lines
        .with(at, `${line}${"x".repeat(chance.length(40_000))}`)
        .join("\r\n"),
    () =>
      lines
        .with(
          0,
          `GET ${chance.pick(["/", "//", "/sync/../sync", "/sync?ticket=1", "http://a/sync", "*", "/%", "/\u00ff"])} HTTP/1.1`,
        )
        .join("\r\n"),
    () =>
      lines
        .with(
          0,
          `${chance.pick(["POST", "CONNECT", "get", "BREW"])} /sync HTTP/1.${chance.below(3)}`,
        )
        .join("\r\n"),
    () =>
      lines
        .with(
          1,
          `Host: ${chance.pick(["", "a b", "[::1", "evil.example", "127.0.0.1:99999"])}`,
        )
        .join("\r\n"),
    () => lines.with(4, "Sec-WebSocket-Version: 99").join("\r\n"),
    () => lines.with(5, "Sec-WebSocket-Key: short").join("\r\n"),
    () =>
      lines
        .with(1, `${line}\r\nOrigin: https://evil.example\r\nCookie: session=1`)
        .join("\r\n"),
    () => lines.with(6, "Authorization: Bearer a.b.c").join("\r\n"),
    () =>
      lines
        .with(6, `Authorization: DPoP ${"A".repeat(chance.length(8_000))}`)
        .join("\r\n"),
    () =>
      lines
        .with(
          7,
          `DPoP: ${Buffer.from(chance.bytes(chance.length(3_000))).toString("base64url")}`,
        )
        .join("\r\n"),
    () =>
      lines
        .with(7, "DPoP: eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6Im5vbmUifQ.e30.")
        .join("\r\n"),
  ])();
  const bytes = new Uint8Array(Buffer.from(text, "latin1"));
  return chance.isLikely(0.2) ? mutateBytes(bytes, chance) : bytes;
}

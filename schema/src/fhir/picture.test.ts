import { expect, test } from "vitest";

import { encodeUtf8 } from "../canonical/utf8.ts";
import { pictureTypeOf } from "./picture.ts";

const bytes = (...parts: readonly (readonly number[] | string)[]) =>
  new Uint8Array(
    parts.flatMap((part) =>
      typeof part === "string" ? [...encodeUtf8(part)] : part,
    ),
  );

test("[AT-1] a picture is told by its first bytes", () => {
  expect(pictureTypeOf(bytes([0xff, 0xd8, 0xff, 0xe0], "JFIF"))).toBe(
    "image/jpeg",
  );
  expect(pictureTypeOf(bytes([0x89], "PNG\r\n", [0x1a], "\n....IHDR"))).toBe(
    "image/png",
  );
  expect(pictureTypeOf(bytes("RIFF", [9, 0, 0, 0], "WEBPVP8 "))).toBe(
    "image/webp",
  );
});

test("[AT-1] what is none of them is no picture: scripts, documents, sounds, nothing, the beginning of one", () => {
  for (const other of [
    bytes("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
    bytes("<!doctype html>"),
    bytes("%PDF-1.7"),
    bytes("GIF89a"),
    bytes("RIFF", [9, 0, 0, 0], "WAVEfmt "),
    bytes([0xff, 0xd8]),
    bytes(" ", [0xff, 0xd8, 0xff]),
    bytes(),
  ])
    expect(pictureTypeOf(other)).toBeUndefined();
});

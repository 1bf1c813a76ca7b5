import { pictureTypeOf } from "@suture/schema";
import { expect, test } from "vitest";

import { makePicture } from "./make-picture.ts";

/** A JPEG or PNG of this size, black on its left half; the right half of a PNG is transparent. */
async function photo(width: number, height: number, type = "image/jpeg") {
  const canvas = new OffscreenCanvas(width, height);
  const paper = canvas.getContext("2d");
  if (paper === null) throw new Error("this browser draws nothing");
  paper.fillStyle = "white";
  if (type === "image/jpeg") paper.fillRect(0, 0, width, height);
  paper.fillStyle = "black";
  paper.fillRect(0, 0, width / 2, height);
  return canvas.convertToBlob({ type });
}

/** As a camera writes it: a place, and that it was held upright (orientation 6), in an Exif segment behind the first two bytes. */
async function withExif(file: Blob): Promise<Blob> {
  const place = new TextEncoder().encode("Exif\0\0MM\0*\0\0\0\u0008");
  const orientation = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
  const where = new TextEncoder().encode("GPS 51.5074 N 0.1278 W");
  const payload = [...place, ...orientation, 0, 0, 0, 0, ...where];
  const length = payload.length + 2;
  const segment = [0xff, 0xe1, length >> 8, length & 0xff, ...payload];
  const bytes = new Uint8Array(await file.arrayBuffer());
  const whole = [bytes.slice(0, 2), new Uint8Array(segment), bytes.slice(2)];
  return new Blob(whole, { type: "image/jpeg" });
}

const textOf = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

async function made(file: Blob) {
  const bytes = await makePicture(file);
  if (bytes === undefined) throw new Error("it is no picture");
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const paper = canvas.getContext("2d");
  paper?.drawImage(bitmap, 0, 0);
  const at = (x: number, y: number) =>
    paper?.getImageData(x * bitmap.width, y * bitmap.height, 1, 1).data[0];
  return { bytes, width: bitmap.width, height: bitmap.height, at };
}

test("[AT-10] nothing that the camera wrote beside the picture is left, and it stands as the camera was held", async () => {
  const file = await withExif(await photo(400, 200));
  const before = textOf(new Uint8Array(await file.arrayBuffer()));
  expect(before).toContain("GPS 51.5074 N");
  const { bytes, width, height, at } = await made(file);
  expect(pictureTypeOf(bytes)).toBe("image/jpeg");
  expect(textOf(bytes)).not.toMatch(/Exif|GPS|51\.5074/);
  expect([width, height]).toEqual([200, 400]);
  expect([at(0.5, 0.1), at(0.5, 0.9)]).toEqual([0, 255]);
});

test("[AT-10] a large picture is made smaller, a small one is not made larger, and what is transparent is white", async () => {
  const large = await made(await photo(4_000, 3_000));
  expect([large.width, large.height]).toEqual([1_600, 1_200]);
  const small = await made(await photo(30, 20, "image/png"));
  expect([small.width, small.height]).toEqual([30, 20]);
  expect(pictureTypeOf(small.bytes)).toBe("image/jpeg");
  expect(small.at(0.9, 0.5)).toBeGreaterThan(250);
});

test("[AT-10] what is no picture is none", async () => {
  for (const file of [new Blob(["text"], { type: "image/png" }), new Blob()])
    expect(await makePicture(file)).toBeUndefined();
});

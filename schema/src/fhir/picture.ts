/**
 * Which bytes are kept as an attachment: pictures of the kinds that every browser shows and that hold no script. What they are is
 * told by their first bytes, whatever a name or a header says. SPEC AT-1.
 */
export const pictureTypes = ["image/jpeg", "image/png", "image/webp"] as const;
export type PictureType = (typeof pictureTypes)[number];

export const maxAttachmentBytes = 8 * 1024 * 1024;

const jpeg = [0xff, 0xd8, 0xff];
const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const riff = [0x52, 0x49, 0x46, 0x46];
const webp = [0x57, 0x45, 0x42, 0x50];

/** Undefined for what is no such picture. */
export function pictureTypeOf(bytes: Uint8Array): PictureType | undefined {
  if (holds(bytes, 0, jpeg)) return "image/jpeg";
  if (holds(bytes, 0, png)) return "image/png";
  // RFC 9649: the length of the file stands between.
  return holds(bytes, 0, riff) && holds(bytes, 8, webp)
    ? "image/webp"
    : undefined;
}

function holds(
  bytes: Uint8Array,
  from: number,
  signature: readonly number[],
): boolean {
  return signature.every((byte, at) => bytes[from + at] === byte);
}

/** Which of these hold the text anywhere, as a string or in bytes, as UTF-8, UTF-16 or one byte a character. */
export function whereFound(
  content: readonly unknown[],
  text: string,
): readonly number[] {
  return content.flatMap((one, index) =>
    textsIn(one).some((held) => held.includes(text)) ? [index] : [],
  );
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    const bytes =
      value instanceof ArrayBuffer
        ? new Uint8Array(value)
        : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return ["utf-8", "latin1", "utf-16le", "utf-16be"].flatMap((encoding) => [
      new TextDecoder(encoding).decode(bytes),
      new TextDecoder(encoding).decode(bytes.subarray(1)),
    ]);
  }
  if (typeof value === "object" && value !== null)
    return Object.values(value).flatMap(textsIn);
  return [];
}

/**
 * Why bytes are not a change we take. `reason` is a constant sentence: it may be logged and sent, since it holds
 * nothing of the bytes.
 */
export interface ChangeChunkError {
  readonly code:
    "chunk-malformed" | "chunk-checksum" | "chunk-type" | "chunk-too-large";
  readonly reason: string;
}

/**
 * Carries a refusal from wherever the bytes stopped making sense to the exported function that returns it as a
 * `Result`. Thrown, not returned, because the readers below yield a number per byte or two: a `Result` for each would
 * cost more than the decoding. It never leaves this folder.
 */
export class ChunkRefusal extends Error {
  override readonly name = "ChunkRefusal";
  readonly error: ChangeChunkError;

  constructor(code: ChangeChunkError["code"], reason: string) {
    super(reason);
    this.error = { code, reason };
  }
}

export function malformed(reason: string): never {
  throw new ChunkRefusal("chunk-malformed", reason);
}

export function tooLarge(reason: string): never {
  throw new ChunkRefusal("chunk-too-large", reason);
}

/** How much one change may hold. Every limit is checked before the memory it bounds is allocated. */
export interface ChangeLimits {
  /** Of the chunk as it arrives. */
  readonly maxBytes: number;
  /** Of a deflated chunk's body once inflated: no more than of one that came plain, so that deflating gains nothing. */
  readonly maxInflatedBytes: number;
  readonly maxOps: number;
  readonly maxDeps: number;
  /** Of all operations together: a few bytes can claim 64 for each of 10,000. */
  readonly maxPreds: number;
  readonly maxPredsPerOp: number;
  /** The author and everybody whose operations are referred to. */
  readonly maxActors: number;
  readonly maxValueBytes: number;
  /** Of a map key, and of a mark's name. */
  readonly maxKeyBytes: number;
  readonly maxMessageBytes: number;
  /** Of the last operation. Automerge's core panics near 2^32; half of that is out of reach for honest work. */
  readonly maxOpCounter: number;
}

export const defaultChangeLimits: ChangeLimits = {
  maxBytes: 1024 * 1024,
  maxInflatedBytes: 1024 * 1024,
  maxOps: 10_000,
  maxDeps: 256,
  maxPreds: 20_000,
  maxPredsPerOp: 64,
  maxActors: 256,
  maxValueBytes: 256 * 1024,
  maxKeyBytes: 512,
  maxMessageBytes: 256,
  maxOpCounter: 2 ** 31,
};

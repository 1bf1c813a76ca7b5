/** Limits both sides know, so that a client never sends what a server must refuse. SPEC AD-2, SY-2. */
export const limits = {
  /** WebSocket frame, compressed or not. */
  maxFrameBytes: 8 * 1024 * 1024,
  /** A message once inflated. */
  maxMessageBytes: 16 * 1024 * 1024,
  maxBatchChanges: 500,
  maxBatchBytes: 4 * 1024 * 1024,
  maxChangeBytes: 1024 * 1024,
  /** Of a page of a log or of records, at least one of them. Encoding and deflating one takes a server some 20 ms. */
  maxPageChanges: 500,
  maxPageBytes: 512 * 1024,
  /** Rows of one `restore`: a device that missed more than that brings nothing back. */
  maxRestoreRows: 50_000,
  helloDeadlineMs: 15_000,
  /** A frame above this is deflated. */
  compressAboveBytes: 512,
} as const;

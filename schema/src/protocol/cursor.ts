import { z } from "zod";

/** Hex SHA-256: what a log's rows hash to, one after the other. */
export const chainHashSchema = z.string().regex(/^[0-9a-f]{64}$/);
export type ChainHash = z.infer<typeof chainHashSchema>;

/**
 * Where a device stands in a scope's log. If the server's chain at that sequence is another one, the server was restored from
 * an older backup, and answers `log-regressed`. SPEC SY-6.
 */
export const cursorSchema = z.strictObject({
  /** Drawn when the scope's log began. */
  epoch: z.string().regex(/^[0-9a-f]{32}$/),
  /** Of the last row received; 0 before the first. */
  sequence: z.int().nonnegative(),
  chain: chainHashSchema,
});
export type Cursor = z.infer<typeof cursorSchema>;

import { err, StoreError, type Result } from "@suture/schema";

/** What was read; a damaged row is the problem of what it belongs to, and nobody else's. SPEC CL-10. */
export async function orDamaged<T, E>(
  read: () => Promise<Result<T, E>>,
): Promise<Result<T, E | { readonly code: "store-damaged" }>> {
  try {
    return await read();
  } catch (cause) {
    if (!isDamaged(cause)) throw cause;
    return err({ code: "store-damaged" });
  }
}

export function isDamaged(cause: unknown): boolean {
  return cause instanceof StoreError && cause.code === "store-damaged";
}

import type { Measured } from "../rounds.ts";
import type { FromAdmitting, ToAdmitting } from "./admit-protocol.ts";

/** Says when it is prepared, measures when it is told to, and ends with whoever started it. */
export async function answering(
  prepare: () => Promise<() => Promise<Measured>>,
): Promise<void> {
  process.once("disconnect", () => process.exit(0));
  try {
    const measure = await prepare();
    process.on("message", (_message: ToAdmitting) => {
      measure().then((measured) => tell({ kind: "admitted", measured }), fail);
    });
    tell({ kind: "prepared" });
  } catch (cause) {
    fail(cause);
  }
}

function fail(cause: unknown): void {
  const reason = cause instanceof Error ? (cause.stack ?? cause.message) : "";
  process.send?.({ kind: "failed", reason });
}

function tell(message: FromAdmitting): void {
  process.send?.(message);
}

import type { Pen } from "./pen.ts";

/** What somebody writes who finds that no candidate is right: one of them, but for a value that nobody had. Null where there is no third way. */
export function neitherOfThem(
  group: string,
  candidate: object,
  pen: Pen,
): Readonly<Record<string, unknown>> | null {
  const value = otherValues[group]?.(pen);
  return value === undefined ? null : { ...candidate, ...value };
}

const otherValues: Readonly<Record<string, (pen: Pen) => object>> = {
  prescribing: (pen) => ({
    pregnancy: { status: "unknown", estimatedDueDate: pen.date() },
  }),
  identity: (pen) => ({ name: [{ text: pen.unique("T. Ncube") }] }),
  fitness: (pen) => ({
    quarantine: { reason: pen.unique("Both heard it"), since: pen.date() },
  }),
  service: (pen) => ({
    safetyTest: {
      result: "failed",
      protocol: pen.unique("IEC 62353"),
      measurements: [],
      at: pen.date(),
    },
    completion: null,
  }),
  slot: () => ({ status: "cancelled" }),
};

import type { JsonValue, ScalarValue } from "@suture/schema";

import type { Chance } from "./chance.ts";

const words = [
  "",
  "active",
  "entered-in-error",
  "2026-02-30",
  "__proto__",
  "constructor",
  "prototype",
  "\u0000",
  "e\u0301",
  "\u202Eright to left",
  "0.1",
  "1e999",
  "-0",
  "2222222222222222222222222222",
  "00000000-0000-4000-8000-000000000000",
  "toString",
  "id",
  "status",
];
const numbers = [0, -1, 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1];

export function randomText(chance: Chance): string {
  return chance.isLikely(0.7)
    ? chance.pick(words)
    : chance.pick(["x", "é", "\u{1F600}"]).repeat(chance.length(20_000));
}

export function randomScalar(chance: Chance): ScalarValue {
  switch (chance.below(6)) {
    case 0:
      return null;
    case 1:
      return chance.isLikely(0.5);
    case 2:
      return chance.pick(numbers);
    default:
      return randomText(chance);
  }
}

/** A value as deep as it may be, and with up to a few hundred members a level. */
export function randomJson(chance: Chance, depth: number): JsonValue {
  if (depth === 0 || chance.isLikely(0.4)) return randomScalar(chance);
  const length = chance.length(depth > 3 ? 12 : 200);
  if (chance.isLikely(0.4))
    return Array.from({ length }, () => randomJson(chance, depth - 1));
  return Object.fromEntries(
    Array.from({ length }, () => [
      randomText(chance).slice(0, 60),
      randomJson(chance, depth - 1),
    ]),
  );
}

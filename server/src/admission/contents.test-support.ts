/** For tests: what is signed. */
import type { Content, JsonValue } from "@suture/schema";

export const first = "00000000-0000-4000-8000-000000000001";
export const second = "00000000-0000-4000-8000-000000000002";

export function medication(name: string, status = "active"): JsonValue {
  return { status, code: { text: name }, source: { kind: "statement" } };
}

export function prescribing(
  medications: Readonly<Record<string, JsonValue>>,
  allergies: Readonly<Record<string, JsonValue>> = {},
): Content {
  return { medications, allergies, problems: {}, pregnancy: null };
}

export function note(text: string, status = "active"): JsonValue {
  return { status, text };
}

export const identityOf = (birthDate: string): Content => ({
  name: [],
  birthDate,
  gender: null,
  identifiers: {},
  deceased: null,
  link: {},
});

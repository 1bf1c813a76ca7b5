import { canonicalize, type JsonValue } from "../canonical/canonical-json.ts";

/**
 * Whether two values have the same canonical text. Most are looked at only as far as they are one object or equal part by part; what
 * seems to differ is written, since texts may differ and be equal in NFC. Absent is equal to absent alone.
 */
export function sameValue(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined) return false;
  return isEqual(left, right) || canonicalize(left) === canonicalize(right);
}

/** Keys in one order; false may be wrong. */
function isEqual(left: JsonValue, right: JsonValue): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object") return false;
  if (left === null || right === null) return false;
  const [leftIsList, rightIsList] = [Array.isArray(left), Array.isArray(right)];
  if (leftIsList !== rightIsList) return false;
  const [leftEntries, rightEntries] = [
    Object.entries(left),
    Object.entries(right),
  ];
  return (
    leftEntries.length === rightEntries.length &&
    leftEntries.every(([key, value], at) => {
      const other = rightEntries[at];
      return other?.[0] === key && isEqual(value, other[1]);
    })
  );
}

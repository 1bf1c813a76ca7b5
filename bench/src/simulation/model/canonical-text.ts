/** One text for equal values, whatever the order of their members. The model's own: it shares no code with what it judges. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
  if (isPlainObject(value)) {
    const members = Object.keys(value)
      .filter((name) => value[name] !== undefined)
      .toSorted()
      .map((name) => `${JSON.stringify(name)}:${textOf(value[name])}`);
    return `{${members.join(",")}}`;
  }
  return value === undefined ? "nothing" : JSON.stringify(value);
}

export function isPlainObject(
  value: unknown,
): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

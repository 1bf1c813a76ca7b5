import fc from "fast-check";
import { expect, test } from "vitest";
import { deviceIdSchema, recordIdSchema } from "../ids.ts";
import { patient } from "../records/patient.ts";
import { serviceJob } from "../records/service-job.ts";
import { generalGroup } from "./general-form.ts";
import { KnownStatement } from "./known-statement.ts";
import { generalInitial } from "./statement-base.ts";
import { encodeStatement, parseStatement, type Content } from "./statement.ts";

const group = generalGroup(patient.groups.prescribing);
const ids = [1, 2, 3].map(
  (number) => `00000000-0000-4000-8000-00000000000${number}`,
);

/** Each entry with its dose; left out where there is none. */
function textOf(doses: readonly (number | null)[], reason?: string): string {
  const entries = doses.flatMap((dose, at) =>
    dose === null
      ? []
      : [[ids[at] ?? "", medication(dose)] as [string, Content]],
  );
  return encodeStatement({
    content: {
      ...generalInitial(group),
      medications: Object.fromEntries(entries),
    },
    attribution: {
      memberId: recordIdSchema.parse("4NMNnkMhL8jXrdJ9jamS58PAVdXu"),
      deviceId: deviceIdSchema.parse("00000000-0000-4000-8000-00000000000a"),
      authoredAtMs: 1,
      nonce: "a".repeat(32),
      ...(reason !== undefined && { reason }),
    },
  });
}

function medication(dose: number): Content {
  return {
    status: "active",
    code: { text: 'Metoprolol "retard" {}, é' },
    dosage: [{ text: `${dose} tablets` }],
    source: { kind: "request", display: "Ward" },
    note: "Half an hour before breakfast. ".repeat(15),
  };
}

function known(text: string): KnownStatement {
  const statement = parseStatement(group, text);
  if (!statement.ok) throw new Error(statement.error.reason);
  return new KnownStatement(group, text, statement.value);
}

const dosesArbitrary = fc.tuple(
  ...ids.map(() => fc.option(fc.integer({ min: 1, max: 20 }))),
);

test("[CF-1] a statement read beside another is what its text says", () => {
  fc.assert(
    fc.property(
      dosesArbitrary,
      dosesArbitrary,
      fc.string({ minLength: 1, maxLength: 40 }),
      (before, after, reason) => {
        const text = textOf(after, reason);
        const read = known(textOf(before)).readNext(group, text);
        expect(read).toEqual(parseStatement(group, text));
        expect(JSON.stringify(read)).toBe(
          JSON.stringify(parseStatement(group, text)),
        );
      },
    ),
  );
});

test("[CF-1] a text that was tampered with is judged as if nothing were known", () => {
  const before = known(textOf([1, 2, 3]));
  const pieces = [
    ...'{}[]":,\\ 0a'.split(""),
    `"${ids[0]}":{}`,
    `"medications":{}`,
    '"__proto__":{}',
    ',"content":{}',
    "\uD800",
  ];
  fc.assert(
    fc.property(
      dosesArbitrary,
      fc.array(
        fc.record({
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          length: fc.nat(80),
          by: fc.oneof(
            fc.constantFrom(...pieces),
            fc.record({
              from: fc.double({ min: 0, max: 1, noNaN: true }),
              length: fc.nat(200),
            }),
          ),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      (doses, edits) => {
        let text = textOf(doses);
        for (const { at, length, by } of edits) {
          const start = Math.floor(at * text.length);
          const put =
            typeof by === "string"
              ? by
              : text.substr(Math.floor(by.from * text.length), by.length);
          text = text.slice(0, start) + put + text.slice(start + length);
        }
        expect(before.readNext(group, text)).toEqual(
          parseStatement(group, text),
        );
      },
    ),
    { numRuns: 2_000 },
  );
});

test("[CF-1] written otherwise, doubled, out of order or too long, it is refused beside a known one, too", () => {
  const before = known(textOf([1, 2, 3]));
  const text = textOf([1, 2, 4]);
  const first = JSON.stringify(medication(1));
  const [one = "", two = ""] = ids;
  const wrong = [
    text.replace(`"${one}"`, `"${two}"`),
    text.replace('"medications"', '"medic\\u0061tions"'),
    text.replace(`"${one}":`, `"${one}": `),
    text.replace(`"${one}":`, `"${one}":{},"${one}":`),
    text.replace("1 tablets", "\\u0031 tablets"),
    `${text} `,
    `${text}}`,
    text.slice(0, -1),
    text.replace('"content":', `"archived":${first},"content":`),
    text.replace('"reason"', '"rea'),
    textOf([1, 2, 3], "x".repeat(70_000)),
  ];
  for (const other of wrong) {
    const read = before.readNext(group, other);
    expect(read).toEqual(parseStatement(group, other));
    if (other !== text) expect(read.ok, other.slice(0, 80)).toBe(false);
  }
});

test("[CF-1] what stands unchanged is the same object; what is known of one group says nothing of another", () => {
  const before = known(textOf([1, 2, null]));
  const after = before.readNext(group, textOf([1, 3, 4]));
  if (!after.ok) throw new Error(after.error.reason);
  const [one = "", two = ""] = ids;
  const entry = (content: Content, entryId: string) =>
    Object.entries(content["medications"] ?? {}).find(
      ([id]) => id === entryId,
    )?.[1];
  expect(entry(after.value.content, one)).toBe(
    entry(before.statement.content, one),
  );
  expect(entry(after.value.content, two)).not.toEqual(
    entry(before.statement.content, two),
  );
  const service = generalGroup(serviceJob.groups.service);
  expect(before.readNext(service, textOf([1, 2, null])).ok).toBe(false);
});

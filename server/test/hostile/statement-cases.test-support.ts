/** What is signed: statements that are malformed, in another's name, or hide a conflict. */
import {
  canonicalize,
  encodeStatement,
  patient,
  type Attribution,
  type JsonValue,
} from "@suture/schema";
import {
  first,
  identityOf,
  medication,
  prescribing,
} from "../../src/admission/contents.test-support.ts";
import type { Actor } from "./actor.test-support.ts";
import { inConflict } from "./conflict.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";

const statement = "schema/src/clinical/statement.ts";
const index = "schema/src/change/index-change.ts";
const group = "prescribing";
const empty = prescribing({});

/** The clinician signs this text for a patient whom nobody has signed anything of. */
function signed(text: (by: Actor) => string): HostileCase["attack"] {
  return ({ clinician, patient: record }) =>
    clinician.answerTo(
      clinician.compose(record, [{ key: group, set: text(clinician) }]),
    );
}

/** A right statement but for its content. */
const content = (value: JsonValue) =>
  signed((by) =>
    canonicalize({ attribution: plain(by.attribution()), content: value }),
  );

/** A right statement but for its attribution. */
const attributed = (change: (honest: Attribution) => JsonValue) =>
  signed((by) =>
    canonicalize({ attribution: change(by.attribution()), content: empty }),
  );

function plain(attribution: Attribution): { [key: string]: JsonValue } {
  return JSON.parse(JSON.stringify(attribution)) as {
    [key: string]: JsonValue;
  };
}

const malformed = "refused statement-malformed: prescribing: ";
const noJson = `${malformed}the statement is not canonical JSON within 64 KiB`;
const noAttribution = `${malformed}the attribution is incomplete or malformed`;
const [, ...rest] = Object.entries(empty);

// One case a line.
// prettier-ignore
const texts: readonly HostileCase[] = (
  [
    ["a statement that is no JSON", noJson, signed(() => "5 mg")],
    ["a statement of no bytes", noJson, signed(() => "")],
    ["a statement with a space in it", noJson, signed((by) => `${encodeStatement({ content: empty, attribution: by.attribution() })} `)],
    ["a statement whose keys are out of order", noJson, signed((by) => `{"content":${canonicalize(empty)},"attribution":${canonicalize(plain(by.attribution()))}}`)],
    ["a statement with __proto__ in it", noJson, signed((by) => `{"__proto__":{},"attribution":${canonicalize(plain(by.attribution()))},"content":${canonicalize(empty)}}`)],
    ["a statement with a fraction in it", noJson, signed(() => '{"attribution":{},"content":{"dose":0.5}}')],
    ["a statement with a number that is rounded", noJson, signed(() => '{"attribution":{},"content":{"dose":9007199254740993}}')],
    ["a statement with half a character in it", noJson, signed(() => '{"attribution":{},"content":{"x":"\\ud800"}}')],
    ["a statement that is not in NFC", noJson, signed(() => '{"attribution":{},"content":{"x":"e\u0301"}}')],
    ["a statement of 65 KB", noJson, signed(() => `"${"x".repeat(65 * 1024)}"`)],
    ["a statement nested a thousand levels", noJson, signed(() => `${"[".repeat(1_000)}${"]".repeat(1_000)}`)],
    ["a statement that is a list", `${malformed}the statement is not an object`, signed(() => "[]")],
    ["a statement that says more than it may", `${malformed}the statement holds more than content and attribution`, signed((by) => canonicalize({ attribution: plain(by.attribution()), content: empty, approved: true }))],
    ["a statement without content", `${malformed}the content is not an object`, signed((by) => canonicalize({ attribution: plain(by.attribution()) }))],
    ["a statement without one of its parts", `${malformed}medications is missing`, content(Object.fromEntries(rest))],
    ["a statement with a part nobody declared", `${malformed}dosage is not a part of this group`, content({ ...empty, dosage: {} })],
    ["a part named like what objects have", `${malformed}toString is not a part of this group`, content({ ...empty, toString: {} })],
    ["entries in a list", `${malformed}medications is not a map of entries`, content({ ...empty, medications: [] })],
    ["an entry whose id is none", `${malformed}medications has an entry whose id is not a UUID`, content(prescribing({ x: medication("warfarin") }))],
    ["an entry that is no medication", `${malformed}an entry of medications is not valid`, content(prescribing({ [first]: { status: "active" } }))],
    ["an entry that has ended, among the current ones", `${malformed}an ended entry of medications belongs in the archive`, content(prescribing({ [first]: medication("warfarin", "stopped") }))],
    ["an attribution without a nonce", noAttribution, attributed(({ nonce: _nonce, ...others }) => plain({ ...others } as Attribution))],
    ["an attribution with a nonce of four bytes", noAttribution, attributed((honest) => plain({ ...honest, nonce: "00000000" }))],
    ["an attribution before 1970", noAttribution, attributed((honest) => plain({ ...honest, authoredAtMs: -1 }))],
    ["an attribution with a reason of 1,001 characters", noAttribution, attributed((honest) => plain({ ...honest, reason: "x".repeat(1_001) }))],
    ["an attribution with a role in it", noAttribution, attributed((honest) => ({ ...plain(honest), role: "admin" }))],
  ] as const
).map(([name, expected, attack]) => ({
  name,
  attacks: "what is signed, hashed and compared",
  check: statement,
  expected,
  attack,
}));

const hands: readonly HostileCase[] = [
  {
    name: "a statement in a colleague's name",
    attacks: "who signed",
    check: "server/src/admission/validate.ts: attributionProblem, member",
    expected:
      "refused attribution-wrong: it is signed in the name of another person or device",
    attack: (house) =>
      attributed((honest) =>
        plain({ ...honest, memberId: house.manager.signer.memberId }),
      )(house),
  },
  {
    name: "a statement from another device",
    attacks: "where it was signed",
    check: "server/src/admission/validate.ts: attributionProblem, device",
    expected:
      "refused attribution-wrong: it is signed in the name of another person or device",
    attack: (house) =>
      attributed((honest) =>
        plain({ ...honest, deviceId: house.manager.device.deviceId }),
      )(house),
  },
];

const places: readonly HostileCase[] = [
  {
    name: "statements of two groups in one change",
    attacks: "groups judged one by one",
    check: `${index}: one group`,
    expected: "refused statement-structure: one change signs one group",
    attack: ({ clinician, patient: record }) => {
      const attribution = clinician.attribution();
      return clinician.answerTo(
        clinician.compose(record, [
          { key: group, set: encodeStatement({ content: empty, attribution }) },
          {
            key: "identity",
            set: encodeStatement({
              content: identityOf("1970-01-01"),
              attribution,
            }),
          },
        ]),
      );
    },
  },
  {
    name: "two statements of one group in one change",
    attacks: "what reads the first and what reads the last",
    check: `${index}: statementsOf`,
    expected: "refused statement-structure: one statement per group and change",
    attack: ({ clinician, patient: record }) => {
      const write = () => ({
        key: group,
        set: encodeStatement({
          content: empty,
          attribution: clinician.attribution(),
        }),
      });
      return clinician.answerTo(clinician.compose(record, [write(), write()]));
    },
  },
  {
    name: "a group that holds a number",
    attacks: "whoever reads it as signed",
    check: `${index}: statementsOf`,
    expected:
      "refused statement-structure: a group holds one signed text and is never deleted",
    attack: ({ clinician, patient: record }) =>
      clinician.answerTo(clinician.compose(record, [{ key: group, set: 5 }])),
  },
  {
    name: "a statement that leaves out what it overwrites, so that no conflict shows",
    attacks: "the conflict",
    check: `${index}: sameLiveSet`,
    expected:
      "refused statement-pred-wrong: a statement must overwrite exactly what its author could see",
    attack: async (house) => {
      const { clinician } = house;
      const replica = await clinician.newRecord(patient, house.organizationId);
      await clinician.pushAccepted(clinician.sign(replica, group, empty));
      const attribution = clinician.attribution();
      const set = encodeStatement({ content: empty, attribution });
      return clinician.answerTo(
        clinician.compose(replica, [{ key: group, set, pred: [] }]),
      );
    },
  },
  {
    name: "a statement that overwrites one side of a conflict it had seen whole",
    attacks: "the other side",
    check: `${index}: sameLiveSet`,
    expected:
      "refused statement-pred-wrong: a statement must overwrite exactly what its author could see",
    attack: async (house) => {
      const { clinician } = house;
      const { replica, live } = await inConflict(house);
      const attribution = clinician.attribution();
      const set = encodeStatement({ content: empty, attribution });
      return clinician.answerTo(
        clinician.compose(replica, [
          { key: group, set, pred: live.slice(0, 1) },
        ]),
      );
    },
  },
];

export const statementCases: readonly HostileCase[] = [
  ...texts,
  ...hands,
  ...places,
];

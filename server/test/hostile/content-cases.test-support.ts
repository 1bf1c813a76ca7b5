/** Changes that stand where they should and say what they may not: what a record is, where it belongs, what a field holds. */
import {
  canonicalize,
  entryKey,
  patient,
  serviceJob,
  type RecordId,
} from "@suture/schema";
import { Replica } from "../../src/admission/author.test-support.ts";
import { typeOf } from "../../src/admission/world.test-support.ts";
import { type Actor, codeOf } from "./actor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";

const index = "schema/src/change/index-change.ts";
const scope = "server/src/admission/scope.ts";
const content = "schema/src/change/interpret-change.ts";
const entryId = "00000000-0000-4000-8000-000000000001";

type Compose = Parameters<Actor["compose"]>;

/** One operation on the clinician's patient. */
function wrote(...ops: Compose[1]): HostileCase["attack"] {
  return ({ clinician, patient: record }) =>
    clinician.answerTo(clinician.compose(record, ops));
}

/** The creation of a patient that says these things of itself. */
function created(
  says: (house: House, own: RecordId) => Compose[1],
): HostileCase["attack"] {
  return (house) => {
    const { clinician } = house;
    const replica = new Replica(patient, clinician.newRecordId());
    const ops = says(house, replica.recordId);
    return clinician.answerTo(clinician.compose(replica, ops));
  };
}

const creations: readonly HostileCase[] = [
  {
    name: "a second creation of a record that is here",
    attacks: "what the record is, and where",
    check: `${index}: judgeRoot`,
    expected:
      "refused record-exists: a record is created once, by a change that builds on nothing",
    attack: ({ clinician, patient: record, organizationId }) =>
      clinician.answerTo(
        clinician.create(patient, {
          recordId: record.recordId,
          parentId: organizationId,
        }).pushed,
      ),
  },
  {
    name: "a record that says later that it is of another type",
    attacks: "which rules judge it",
    check: `${index}: judgeRoot`,
    expected:
      "refused record-exists: a record is created once, by a change that builds on nothing",
    attack: wrote({ key: "recordType", set: "team" }),
  },
  {
    name: "a record that says later that it is another one",
    attacks: "records found by what they say",
    check: `${index}: judgeRoot`,
    expected:
      "refused record-exists: a record is created once, by a change that builds on nothing",
    attack: ({ clinician, patient: record }) =>
      clinician.answerTo(
        clinician.compose(record, [
          { key: "recordId", set: clinician.newRecordId() },
        ]),
      ),
  },
  {
    name: "a creation under another record's id",
    attacks: "records found by what they say",
    check: `${scope}: readCreation`,
    expected:
      "refused creation-malformed: a creation holds the record's own id",
    attack: created(({ clinician, organizationId }) => [
      { key: "recordId", set: clinician.newRecordId() },
      { key: "recordType", set: "patient" },
      { key: "parentId", set: organizationId },
    ]),
  },
  {
    name: "a creation that says its id twice",
    attacks: "what reads the first and what reads the last",
    check: `${scope}: onlySet`,
    expected:
      "refused creation-malformed: a creation holds the record's own id",
    attack: created(({ organizationId }, own) => [
      { key: "recordId", set: own },
      { key: "recordId", set: own },
      { key: "recordType", set: "patient" },
      { key: "parentId", set: organizationId },
    ]),
  },
  {
    name: "a creation without a type",
    attacks: "which rules judge it",
    check: `${scope}: readCreation`,
    expected: "refused creation-malformed: a creation says the record's type",
    attack: created(({ organizationId }, own) => [
      { key: "recordId", set: own },
      { key: "parentId", set: organizationId },
    ]),
  },
  {
    name: "a creation of a type nobody declared",
    attacks: "which rules judge it",
    check: `${scope}: readCreation`,
    expected:
      "refused record-type-unknown: this server does not know that type of record",
    attack: created(({ organizationId }, own) => [
      { key: "recordId", set: own },
      { key: "recordType", set: "__proto__" },
      { key: "parentId", set: organizationId },
    ]),
  },
  {
    name: "a creation that belongs nowhere",
    attacks: "scope",
    check: `${scope}: readCreation`,
    expected:
      "refused creation-malformed: a creation names the record's parent",
    attack: created((_, own) => [
      { key: "recordId", set: own },
      { key: "recordType", set: "patient" },
      { key: "parentId", set: null },
    ]),
  },
  {
    name: "a patient that belongs to a patient",
    attacks: "scope",
    check: `${scope}: judgeParent`,
    expected: "parent-wrong",
    attack: async (house) =>
      codeOf(
        await created(({ patient: record }, own) => [
          { key: "recordId", set: own },
          { key: "recordType", set: "patient" },
          { key: "parentId", set: record.recordId },
        ])(house),
      ),
  },
  {
    name: "an organization without anybody to run it",
    attacks: "organizations that anyone may then join",
    check: "server/src/admission/admit-group.ts: FoundingFailed",
    expected:
      "refused creation-malformed: an organization comes with its first admin",
    attack: ({ clinician }) =>
      clinician.answerTo(
        clinician.create(typeOf("organization"), { parentId: null }).pushed,
      ),
  },
  {
    name: "an organization that belongs to another",
    attacks: "scope",
    check: `${scope}: readCreation`,
    expected: "refused creation-malformed: an organization has no parent",
    attack: ({ clinician, organizationId }) =>
      clinician.answerTo(
        clinician.create(typeOf("organization"), { parentId: organizationId })
          .pushed,
      ),
  },
  {
    name: "a move to another organization",
    attacks: "scope",
    check: `${scope}: readMove`,
    expected: "refused parent-wrong: it cannot leave its organization",
    attack: ({ clinician, patient: record, elsewhere }) =>
      clinician.answerTo(
        clinician.compose(record, [
          { key: "parentId", set: elsewhere.organizationId },
        ]),
      ),
  },
  {
    name: "two parents at once",
    attacks: "scope",
    check: `${scope}: readMove`,
    expected: "refused parent-wrong: a record has one parent",
    attack: async ({ technician, north, south }) => {
      const { replica, pushed } = technician.create(serviceJob, {
        parentId: north,
      });
      await technician.pushAccepted(pushed);
      return technician.answerTo(
        technician.compose(replica, [
          { key: "parentId", set: north },
          { key: "parentId", set: south },
        ]),
      );
    },
  },
];

const fields: readonly HostileCase[] = (
  [
    [
      "a field nobody declared",
      { key: "shoeSize", set: 43 },
      "unknown-field: it writes a field this record type does not have",
    ],
    [
      "a field named __proto__",
      { key: "__proto__", set: "x" },
      "unknown-field: it writes a field this record type does not have",
    ],
    [
      "a field that every object has",
      { key: "constructor", set: "x" },
      "unknown-field: it writes a field this record type does not have",
    ],
    [
      "a field with an empty name",
      { key: "", set: "x" },
      "unknown-field: it writes a field this record type does not have",
    ],
    [
      "an entry of a field that is none",
      { key: `maritalStatus/${entryId}`, set: "{}" },
      "unknown-field: it writes a field this record type does not have",
    ],
    [
      "an entry whose id is in capitals",
      { key: `notes/${entryId.replace("8000", "A000")}`, set: "{}" },
      "unknown-field: it writes a field this record type does not have",
    ],
    [
      "an entry whose id is a path",
      { key: "notes/../telecom", set: "{}" },
      "unknown-field: it writes a field this record type does not have",
    ],
    [
      "an entry that is a number",
      { key: `telecom/${entryId}`, set: 5 },
      "kind-mismatch: the field holds one text and is never deleted",
    ],
    [
      "an increment of what is no counter",
      { key: "maritalStatus", set: { increment: 1 } },
      "kind-mismatch: maritalStatus holds one plain value",
    ],
    [
      "a value outside its set",
      { key: "maritalStatus", set: "Q" },
      "value-invalid: maritalStatus is not valid",
    ],
    [
      "a value of 4,001 characters",
      { key: "maritalStatus", set: "M".repeat(4_001) },
      "value-invalid: maritalStatus is not valid",
    ],
    [
      "an entry with spaces between its parts",
      { key: `notes/${entryId}`, set: '{"status": "active","text":"a"}' },
      "value-invalid: an entry of notes is not valid",
    ],
    [
      "an entry that says a thing twice",
      {
        key: `notes/${entryId}`,
        set: '{"status":"active","status":"active","text":"a"}',
      },
      "value-invalid: an entry of notes is not valid",
    ],
    [
      "an entry with __proto__ in it",
      {
        key: `notes/${entryId}`,
        set: '{"__proto__":{},"status":"active","text":"a"}',
      },
      "value-invalid: an entry of notes is not valid",
    ],
    [
      "an entry that is not in NFC",
      { key: `notes/${entryId}`, set: '{"status":"active","text":"e\u0301"}' },
      "value-invalid: an entry of notes is not valid",
    ],
    [
      "an entry with a control character",
      {
        key: `notes/${entryId}`,
        set: '{"status":"active","text":"a\\u0000b"}',
      },
      "value-invalid: an entry of notes is not valid",
    ],
    [
      "an entry with a member nobody declared",
      { key: `notes/${entryId}`, set: '{"status":"active","text":"a","x":1}' },
      "value-invalid: an entry of notes is not valid",
    ],
    [
      "an entry of 17 KB",
      {
        key: `notes/${entryId}`,
        set: canonicalize({ status: "active", text: "a".repeat(17_000) }),
      },
      "value-invalid: an entry of notes is not valid",
    ],
    [
      "an entry nested a hundred levels",
      { key: `notes/${entryId}`, set: `${"[".repeat(100)}${"]".repeat(100)}` },
      "value-invalid: an entry of notes is not valid",
    ],
  ] as const
).map(([name, op, answer]) => ({
  name,
  attacks: "what everybody else then reads",
  check: content,
  expected: `refused ${answer}`,
  attack: wrote(op),
}));

const writtenOnce: readonly HostileCase[] = [
  {
    name: "a note rewritten",
    attacks: "what somebody wrote and was relied on",
    check: `${content}: mayStand`,
    expected: "refused value-invalid: an entry of notes is not valid",
    attack: (house) => rewriteNote(house, true),
  },
  {
    name: "a note rewritten as if it had not been there",
    attacks: "what somebody wrote and was relied on",
    check: "server/src/admission/validate.ts: writtenOnceProblem",
    expected: "refused value-invalid: it overwrites what is written once",
    attack: (house) => rewriteNote(house, false),
  },
];

async function rewriteNote(
  { clinician, organizationId }: House,
  namesIt: boolean,
): Promise<string> {
  const replica = await clinician.newRecord(patient, organizationId);
  const key = entryKey("notes", entryId);
  const note = (text: string) => canonicalize({ status: "active", text });
  await clinician.pushAccepted(
    clinician.write(replica, [{ key, set: note("5 mg") }]),
  );
  const op = { key, set: note("50 mg") };
  return clinician.answerTo(
    clinician.compose(replica, [namesIt ? op : { ...op, pred: [] }]),
  );
}

export const contentCases: readonly HostileCase[] = [
  ...creations,
  ...fields,
  ...writtenOnce,
];

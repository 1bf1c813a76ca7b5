/** Conflicts settled by sleight of hand, and entries that leave a statement without a trace. */
import {
  canonicalize,
  encodeResolution,
  encodeStatement,
  patient,
  resolutionKey,
  serviceJob,
  type Attribution,
  type Content,
  type JsonValue,
  type OpId,
} from "@suture/schema";
import type { Replica } from "../../src/admission/author.test-support.ts";
import {
  first,
  medication,
  prescribing,
  second,
} from "../../src/admission/contents.test-support.ts";
import { inConflict } from "./conflict.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";

const judge = "schema/src/clinical/judge-statement.ts";
const group = "prescribing";
const empty = prescribing({});
const malformed = "refused statement-malformed: prescribing: ";

/** A right statement but for its content, of a patient whom nobody has signed anything of. */
const content =
  (value: JsonValue): HostileCase["attack"] =>
  ({ clinician, patient: record }) => {
    const attribution = JSON.parse(
      JSON.stringify(clinician.attribution()),
    ) as JsonValue;
    const set = canonicalize({ attribution, content: value });
    return clinician.answerTo(clinician.compose(record, [{ key: group, set }]));
  };

/** A resolution of such a conflict with parts of it, or of what is signed beside it, replaced. */
function resolved(
  parts: (scene: {
    readonly house: House;
    readonly live: readonly OpId[];
    readonly attribution: Attribution;
  }) => {
    readonly resolution?: Readonly<Record<string, unknown>>;
    readonly content?: Content;
    readonly statementPred?: readonly OpId[];
    readonly withoutStatement?: true;
    readonly again?: true;
  },
): HostileCase["attack"] {
  return async (house) => {
    const { clinician } = house;
    const { replica, live } = await inConflict(house);
    const attribution = clinician.attribution();
    const change = parts({ house, live, attribution });
    const resolution = encodeResolution({
      group,
      settles: [...live],
      decision: { kind: "value" },
      reason: "settled at the desk",
      attribution,
      ...change.resolution,
    });
    const both = prescribing({
      [first]: medication("metformin"),
      [second]: medication("insulin"),
    });
    return clinician.answerTo(
      clinician.compose(replica, [
        ...(change.withoutStatement === true
          ? []
          : [
              {
                key: group,
                set: encodeStatement({
                  content: change.content ?? both,
                  attribution,
                }),
              },
            ]),
        { key: resolutionKey(first), set: resolution },
        ...(change.again === true
          ? [{ key: resolutionKey(second), set: resolution }]
          : []),
      ]),
    );
  };
}

const wrong = "refused resolution-wrong: ";
const settling: readonly HostileCase[] = [
  {
    name: "a conflict overwritten as if there were none",
    attacks: "the conflict",
    check: `${judge}: judgeResolution`,
    expected:
      "refused resolution-required: the statements it overwrites differ: it must say how it resolves them",
    attack: async (house) => {
      const { clinician } = house;
      const { replica } = await inConflict(house);
      return clinician.answerTo(
        clinician.sign(
          replica,
          group,
          prescribing({
            [first]: medication("metformin"),
            [second]: medication("insulin"),
          }),
        ),
      );
    },
  },
  {
    name: "a resolution where there is no conflict",
    attacks: "rights that only a resolver has",
    check: `${judge}: judgeEdit`,
    expected: `${wrong}there is no conflict to resolve`,
    attack: async (house) => {
      const { clinician } = house;
      const replica = await clinician.newRecord(patient, house.organizationId);
      await clinician.pushAccepted(clinician.sign(replica, group, empty));
      const [op] = replica.index.liveAt(replica.index.heads(), group);
      if (op === undefined) throw new Error("nothing is signed");
      const attribution = clinician.attribution();
      return clinician.answerTo(
        clinician.compose(replica, [
          { key: group, set: encodeStatement({ content: empty, attribution }) },
          {
            key: resolutionKey(first),
            set: encodeResolution({
              group,
              settles: [op, op],
              decision: { kind: "value" },
              reason: "why not",
              attribution,
            }),
          },
        ]),
      );
    },
  },
  {
    name: "a resolution of other statements than it overwrites",
    attacks: "what is on record as settled",
    check: `${judge}: settles`,
    expected: `${wrong}the resolution names other statements than it overwrites`,
    attack: resolved(({ live }) => ({
      resolution: { settles: [live[0], `1@${"ab".repeat(16)}`] },
    })),
  },
  {
    name: "a resolution of another group",
    attacks: "what is on record as settled",
    check: `${judge}: lone resolution`,
    expected: `${wrong}the resolution names other statements than it overwrites`,
    attack: resolved(() => ({ resolution: { group: "identity" } })),
  },
  {
    name: "a resolution without a statement",
    attacks: "what is on record as settled",
    check: `${judge}: judgeStatements`,
    expected: `${wrong}a resolution stands beside the statement that settles the conflict`,
    attack: resolved(() => ({ withoutStatement: true })),
  },
  {
    name: "two resolutions at once",
    attacks: "what is on record as settled",
    check: `${judge}: others`,
    expected: `${wrong}one resolution settles a conflict`,
    attack: resolved(() => ({ again: true })),
  },
  {
    name: "a resolution signed otherwise than its statement",
    attacks: "who settled it",
    check: `${judge}: sameAttribution`,
    expected: `${wrong}the resolution and its statement are signed differently`,
    attack: resolved(({ attribution }) => ({
      resolution: { attribution: { ...attribution, reason: "another" } },
    })),
  },
  {
    name: "a choice of a candidate that is none",
    attacks: "what is on record as chosen",
    check: "schema/src/clinical/resolution.ts: decisionProblem",
    expected: `${wrong}the chosen candidate is not one of those settled`,
    attack: resolved(() => ({
      resolution: {
        decision: { kind: "choose", candidate: `1@${"ab".repeat(16)}` },
      },
    })),
  },
  {
    name: "a choice of one candidate, and the content of neither",
    attacks: "what is on record as chosen",
    check: "schema/src/clinical/resolution.ts: decisionProblem",
    expected: `${wrong}the signed content is not the chosen candidate's`,
    attack: resolved(({ live }) => ({
      resolution: { decision: { kind: "choose", candidate: live[0] } },
      content: prescribing({ [first]: medication("warfarin") }),
    })),
  },
  {
    name: "a combination that leaves one side out",
    attacks: "the side left out",
    check: "schema/src/clinical/resolution.ts: decisionProblem",
    expected: `${wrong}the signed content is not the combination of the candidates`,
    attack: resolved(() => ({
      resolution: { decision: { kind: "combine" } },
      content: prescribing({ [first]: medication("metformin") }),
    })),
  },
  {
    name: "a resolution without a reason",
    attacks: "the record of why",
    check: "schema/src/clinical/resolution.ts: schema",
    expected:
      "refused resolution-malformed: the resolution is not canonical JSON of the known shape",
    attack: resolved(() => ({ resolution: { reason: "" } })),
  },
  {
    name: "a resolution of 65 statements",
    attacks: "CPU, by comparing",
    check: "schema/src/clinical/resolution.ts: schema",
    expected:
      "refused resolution-malformed: the resolution is not canonical JSON of the known shape",
    attack: resolved(() => ({
      resolution: {
        settles: Array.from(
          { length: 65 },
          (_, at) => `${at + 1}@${"ab".repeat(16)}`,
        ),
      },
    })),
  },
];

const archive: readonly HostileCase[] = [
  {
    name: "a medication that leaves without a trace",
    attacks: "what the patient took",
    check: `${judge}: archiveProblem`,
    expected:
      "refused archive-missing: an entry of medications leaves without being archived",
    attack: (house) => signAfterWarfarin(house, prescribing({}), {}),
  },
  {
    name: "a medication archived and current at once",
    attacks: "which of the two is true",
    check: `${judge}: archiveProblem`,
    expected:
      "refused archive-unexpected: an entry of medications is both current and archived",
    attack: (house) =>
      signAfterWarfarin(
        house,
        prescribing({ [first]: medication("warfarin") }),
        { [first]: medication("warfarin", "stopped") },
      ),
  },
  {
    name: "a medication archived as if it went on",
    attacks: "what the patient took",
    check: "schema/src/change/interpret-change.ts: archive",
    expected:
      "refused value-invalid: an archived entry of prescribing is not a valid, ended one",
    attack: (house) =>
      signAfterWarfarin(house, prescribing({}), {
        [first]: medication("warfarin"),
      }),
  },
  {
    name: "a current medication archived beside no statement",
    attacks: "which of the two is true",
    check: `${judge}: judgeLoneArchive`,
    expected:
      "refused archive-unexpected: a current entry is archived only by the statement that ends it",
    attack: async (house) => {
      const { clinician } = house;
      const replica = await withWarfarin(house);
      return clinician.answerTo(
        clinician.compose(replica, [
          {
            key: `archive/${group}/${first}`,
            set: canonicalize(medication("warfarin", "stopped")),
          },
        ]),
      );
    },
  },
  {
    name: "no known allergy, and one",
    attacks: "whoever reads only the first line",
    check: "schema/src/records/patient.ts: check",
    expected: `${malformed}The list says that there is no known allergy of a kind, and names one of that kind.`,
    attack: content(
      prescribing(
        {},
        {
          [first]: {
            clinicalStatus: "active",
            verificationStatus: "confirmed",
            code: {
              coding: [{ system: "http://snomed.info/sct", code: "716186003" }],
            },
          },
          [second]: {
            clinicalStatus: "active",
            verificationStatus: "confirmed",
            code: { text: "latex" },
          },
        },
      ),
    ),
  },
  {
    name: "a job completed over parts that are not the ones signed",
    attacks: "equipment that goes back to patients",
    check: "schema/src/records/service-job.ts: closes",
    expected:
      "refused statement-malformed: service: The completion does not name the parts and the safety test that stand here.",
    attack: async ({ technician, north }) => {
      const { replica, pushed } = technician.create(serviceJob, {
        parentId: north,
      });
      await technician.pushAccepted(pushed);
      const attribution = technician.attribution();
      const set = encodeStatement({
        attribution,
        content: {
          partsReplaced: { [first]: { kind: "none", status: "active" } },
          safetyTest: null,
          completion: {
            at: "2026-01-05T09:00:00.000Z",
            closes: "0".repeat(64),
          },
        },
      });
      return technician.answerTo(
        technician.compose(replica, [{ key: "service", set }]),
      );
    },
  },
];

async function withWarfarin(house: House): Promise<Replica> {
  const replica = await house.clinician.newRecord(
    patient,
    house.organizationId,
  );
  await house.clinician.pushAccepted(
    house.clinician.sign(
      replica,
      group,
      prescribing({ [first]: medication("warfarin") }),
    ),
  );
  return replica;
}

async function signAfterWarfarin(
  house: House,
  next: Content,
  archived: Readonly<Record<string, JsonValue>>,
): Promise<string> {
  const { clinician } = house;
  const replica = await withWarfarin(house);
  const attribution = clinician.attribution();
  return clinician.answerTo(
    clinician.compose(replica, [
      { key: group, set: encodeStatement({ content: next, attribution }) },
      ...Object.entries(archived).map(([entryId, entry]) => ({
        key: `archive/${group}/${entryId}`,
        set: canonicalize(entry),
      })),
    ]),
  );
}

export const resolutionCases: readonly HostileCase[] = [
  ...settling,
  ...archive,
];

/**
 * FHIR R4 Task on a piece of equipment. What was done is the `service` statement: parts, safety test and completion are signed
 * together, and the completion names the digest of exactly the parts and the test it closes, so that neither can be changed
 * under it. A contested job cannot be closed.
 */
import {
  everyone,
  serviceReporters,
  serviceTeam,
} from "../access/role-lists.ts";
import { digest } from "../canonical/canonical-json.ts";
import { annotationSchema } from "../fhir/annotation.ts";
import { attachmentSchema } from "../fhir/attachment.ts";
import { shortTextSchema } from "../fhir/bounded-text.ts";
import { conceptEntrySchema } from "../fhir/codeable-concept.ts";
import { dateTimeSchema } from "../fhir/date-time.ts";
import { identifierEntrySchema } from "../fhir/identifier.ts";
import { readingSchema } from "../fhir/observation.ts";
import {
  completionSchema,
  isPartReplacedEnded,
  partReplacedSchema,
  requestPrioritySchema,
  safetyTestSchema,
  taskIntentSchema,
  taskStatusSchema,
  type Completion,
  type PartReplaced,
  type SafetyTest,
  type TaskStatus,
} from "../fhir/task.ts";
import { recordIdSchema, type RecordId } from "../ids.ts";
import {
  defineRecord,
  entries,
  group,
  scalar,
  set,
  text,
  value,
  type SaidByRecord,
} from "./define-record.ts";
import { recordStatus } from "./record-status.ts";

/** What a completion closes. */
export interface WorkDone {
  readonly partsReplaced: Readonly<Record<string, PartReplaced>>;
  readonly safetyTest: SafetyTest | null;
}

/** What `completion.closes` must say for this work. */
export function workDigest({ partsReplaced, safetyTest }: WorkDone): string {
  return digest({ partsReplaced, safetyTest });
}

/** Without the signature that closes it, a job that is said to be done is not over. */
const over: ReadonlySet<unknown> = new Set<TaskStatus>([
  "cancelled",
  "rejected",
  "failed",
  "entered-in-error",
]);

/** Whether nobody has to do anything about the job any more. `service` is null while it is in conflict. */
export function isJobOver(
  workStatus: unknown,
  service: { readonly completion: unknown } | null,
): boolean {
  if (service === null) return false;
  return service.completion !== null || over.has(workStatus);
}

/** Words by which lists find jobs, however many there are. */
export const jobWords = {
  openWith: (memberId: RecordId) => `job open with ${memberId}`,
  /** With whomever. */
  openInHands: "job open with",
  openWithNobody: "job open for all",
  overWith: (memberId: RecordId) => `job over with ${memberId}`,
} as const;

function wordsOfJob({ valuesOf, settled }: SaidByRecord): readonly string[] {
  const service = settled("service");
  const isOver = isJobOver(
    valuesOf("workStatus").at(-1),
    service && { completion: service["completion"] ?? null },
  );
  const holders = [...new Set(valuesOf("assigneeId"))].flatMap(
    (value) => recordIdSchema.safeParse(value).data ?? [],
  );
  if (isOver) return holders.map(jobWords.overWith);
  return holders.length === 0
    ? [jobWords.openWithNobody]
    : holders.map(jobWords.openWith);
}

export const serviceJob = defineRecord({
  type: "serviceJob",
  scope: "team",
  parent: "team",
  read: everyone,
  create: serviceReporters,
  move: serviceTeam,
  wordsOf: wordsOfJob,
  fields: {
    equipmentId: scalar(recordIdSchema, serviceReporters),
    /** Whoever has it in hand; picking up a colleague's job is writing oneself here. */
    assigneeId: scalar(recordIdSchema.nullable(), serviceTeam),
    workStatus: scalar(taskStatusSchema, serviceTeam),
    priority: scalar(requestPrioritySchema, serviceReporters),
    intent: scalar(taskIntentSchema, serviceTeam),
    code: set(conceptEntrySchema, serviceReporters),
    identifiers: set(identifierEntrySchema, serviceTeam),
    /** Who asked for it, in words. */
    requester: scalar(shortTextSchema, serviceReporters),
    requestedStart: scalar(dateTimeSchema.nullable(), serviceReporters),
    requestedEnd: scalar(dateTimeSchema.nullable(), serviceReporters),
    description: text(serviceReporters),
    notes: set(annotationSchema, serviceReporters, {
      appendOnlyUntil: "entered-in-error",
    }),
    readings: set(readingSchema, serviceTeam, {
      appendOnlyUntil: "entered-in-error",
    }),
    attachments: set(attachmentSchema, serviceReporters),
  },
  groups: {
    recordStatus: recordStatus(serviceTeam),
    service: group({
      sign: serviceTeam,
      resolve: ["manager"],
      priority: 1,
      parts: {
        partsReplaced: entries({
          schema: partReplacedSchema,
          isEnded: isPartReplacedEnded,
          whileContested: "stands",
          combinesFreely: false,
        }),
        safetyTest: value<SafetyTest | null>({
          schema: safetyTestSchema.nullable(),
          initial: null,
        }),
        completion: value<Completion | null>({
          schema: completionSchema.nullable(),
          initial: null,
          cautious: () => null,
        }),
      },
      check: ({ partsReplaced, safetyTest, completion }) => {
        const kinds = new Set(
          Object.values(partsReplaced).map(({ kind }) => kind),
        );
        if (kinds.size > 1)
          return "The list says that no part was replaced, and names one.";
        if (completion === null) return null;
        if (kinds.size === 0)
          return "A job is completed with the parts replaced, or with the word that there were none.";
        if (completion.closes !== workDigest({ partsReplaced, safetyTest }))
          return "The completion does not name the parts and the safety test that stand here.";
        return null;
      },
    }),
  },
});

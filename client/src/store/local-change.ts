/** One change as this device holds it: who wrote it, where it stands with the server, and how urgent it is. */
import {
  chainHashSchema,
  changeHashSchema,
  deviceIdSchema,
  personIdSchema,
  recordIdSchema,
  refusalCodeSchema,
  scopeIdSchema,
} from "@suture/schema";
import { z } from "zod";

/** Where the server put it. A snapshot tells the sequence but not the chain there. */
export const localPlaceSchema = z.strictObject({
  scopeId: scopeIdSchema,
  sequence: z.int().positive(),
  chain: chainHashSchema.nullable(),
});
export type LocalPlace = z.infer<typeof localPlaceSchema>;

const refusalSchema = z.strictObject({
  code: refusalCodeSchema,
  message: z.string(),
});
export type LocalRefusal = z.infer<typeof refusalSchema>;

/** What has become of a change. The row is the outbox: there is no second queue that could disagree with it. SPEC CL-2. */
export const progressSchema = z.discriminatedUnion("state", [
  z.strictObject({
    state: z.literal("pending"),
    /** The last answer, where it was "not now". */
    held: refusalSchema.nullable(),
    /** Somebody else's change that a restored server lost: offered once the server has taken the proof. */
    isRestore: z.boolean(),
    /** The server had it, and came back from an older copy, which may lack it. */
    isDoubted: z.literal(true).exactOptional(),
  }),
  z.strictObject({
    state: z.literal("waiting"),
    code: z.string(),
    message: z.string(),
  }),
  z.strictObject({
    state: z.literal("accepted"),
    places: z.array(localPlaceSchema),
    /** By the server's clock; null until its log row has come back. */
    admittedAtMs: z.int().nullable(),
  }),
  z.strictObject({
    state: z.literal("refused"),
    ...refusalSchema.shape,
    refusedAtMs: z.int(),
    /** The change of this device that says it again, where what was refused was only what it built on. SPEC SW-5. */
    reexpressedAs: changeHashSchema.exactOptional(),
    /** Somebody has seen it and decided: kept, but no longer shown as a problem. */
    isDismissed: z.boolean(),
  }),
]);
export type Progress = z.infer<typeof progressSchema>;

export const prioritySchema = z.union([
  z.literal(0),
  z.literal(1),
  z.literal(2),
  z.literal(3),
]);

export const localChangeSchema = z.strictObject({
  recordId: recordIdSchema,
  hash: changeHashSchema,
  /** Rises with every change this device stores, so it is a causal order. */
  localNumber: z.int().positive(),
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
  /** Whose token sends it. Null for what was written elsewhere. */
  personId: personIdSchema.nullable(),
  /** `merge` for fields, else the group's name: changes of different lanes never depend on each other until accepted. */
  lane: z.string(),
  priority: prioritySchema,
  deps: z.array(changeHashSchema),
  isCreation: z.boolean(),
  /** Other records named in its values. */
  refersTo: z.array(recordIdSchema),
  /** By the author's device clock. */
  authoredAtMs: z.int(),
  savedAtMs: z.int(),
  progress: progressSchema,
});
export type LocalChange = z.infer<typeof localChangeSchema>;

export const mergeLane = "merge";

/** Whether a stored row has every member, and each of its kind. */
export function hasChangeShape(raw: unknown): raw is LocalChange {
  return (
    hasMembers(raw) &&
    typeof raw.recordId === "string" &&
    typeof raw.hash === "string" &&
    typeof raw.localNumber === "number" &&
    typeof raw.memberId === "string" &&
    typeof raw.deviceId === "string" &&
    (raw.personId === null || typeof raw.personId === "string") &&
    typeof raw.lane === "string" &&
    typeof raw.priority === "number" &&
    Array.isArray(raw.deps) &&
    typeof raw.isCreation === "boolean" &&
    Array.isArray(raw.refersTo) &&
    typeof raw.authoredAtMs === "number" &&
    typeof raw.savedAtMs === "number" &&
    hasUsualProgress(raw.progress)
  );
}

/** The two states that nearly all rows are in; the others are the schema's to look at. */
function hasUsualProgress(progress: unknown): boolean {
  if (typeof progress !== "object" || progress === null) return false;
  if (!("state" in progress)) return false;
  if (progress.state === "pending")
    return "held" in progress && progress.held === null;
  return (
    progress.state === "accepted" &&
    "places" in progress &&
    Array.isArray(progress.places) &&
    "admittedAtMs" in progress
  );
}

function hasMembers(
  raw: unknown,
): raw is { readonly [Name in keyof LocalChange]?: unknown } {
  return typeof raw === "object" && raw !== null;
}

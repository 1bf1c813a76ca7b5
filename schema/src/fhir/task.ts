/** FHIR R4 Task: value sets of a service job, and the entries of its `service` statement. */
import { z } from "zod";

import { longTextSchema, shortTextSchema } from "./bounded-text.ts";
import { codeableConceptSchema } from "./codeable-concept.ts";
import { dateTimeSchema } from "./date-time.ts";

export const taskStatusSchema = z.enum([
  "draft",
  "requested",
  "received",
  "accepted",
  "rejected",
  "ready",
  "cancelled",
  "in-progress",
  "on-hold",
  "failed",
  "completed",
  "entered-in-error",
]);
export type TaskStatus = z.infer<typeof taskStatusSchema>;

export const requestPrioritySchema = z.enum([
  "routine",
  "urgent",
  "asap",
  "stat",
]);
export type RequestPriority = z.infer<typeof requestPrioritySchema>;

export const taskIntentSchema = z.enum([
  "unknown",
  "proposal",
  "plan",
  "order",
  "original-order",
  "reflex-order",
  "filler-order",
  "instance-order",
  "option",
]);
export type TaskIntent = z.infer<typeof taskIntentSchema>;

const replacementStatusSchema = z.enum(["active", "entered-in-error"]);
const serialNumbersSchema = z.array(shortTextSchema).min(1).max(100);

/** A part that was replaced, or the assertion that none was: an empty list says only that nobody has answered. */
export const partReplacedSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("part"),
    status: replacementStatusSchema,
    code: codeableConceptSchema,
    quantity: z.int().positive().max(100_000),
    serialNumbers: serialNumbersSchema.exactOptional(),
    removedSerialNumbers: serialNumbersSchema.exactOptional(),
    lotNumber: shortTextSchema.exactOptional(),
    note: longTextSchema.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("none"),
    status: replacementStatusSchema,
  }),
]);
export type PartReplaced = z.infer<typeof partReplacedSchema>;

export function isPartReplacedEnded({ status }: PartReplaced): boolean {
  return status === "entered-in-error";
}

export const safetyTestSchema = z.strictObject({
  result: z.enum(["passed", "failed"]),
  /** Which procedure was followed: `IEC 62353`, a house protocol. */
  protocol: shortTextSchema,
  measurements: z
    .array(
      z.strictObject({
        name: shortTextSchema,
        /** With its unit, as the tester shows it: `87 µA`. */
        value: shortTextSchema,
        result: z.enum(["passed", "failed"]).exactOptional(),
      }),
    )
    .max(200),
  at: dateTimeSchema,
});
export type SafetyTest = z.infer<typeof safetyTestSchema>;

/** `closes` names what was closed: the digest of the parts and the test as they stood. */
export const completionSchema = z.strictObject({
  at: dateTimeSchema,
  closes: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Completion = z.infer<typeof completionSchema>;

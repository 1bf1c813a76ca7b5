/**
 * Text that a person or another system typed: bounded, with something to read in it, and without control characters other
 * than tab and line breaks (FHIR R4 `string`). A half of a surrogate pair is refused too: it has no UTF-8 form to sign.
 */
import { z } from "zod";

const readable = /^(?=[^]*\S)(?:[^\p{Surrogate}\p{Cc}]|[\t\n\r])*$/u;

/** `maxLength` in UTF-16 code units. */
export function boundedText(maxLength: number) {
  return z.string().max(maxLength).regex(readable);
}

/** A name, a label, a display. */
export const shortTextSchema = boundedText(300);

/** What a code means, or a code's stand-in: compounded medicines have long names. */
export const labelSchema = boundedText(1_000);

/** A note, a dosage instruction, a description. */
export const longTextSchema = boundedText(4_000);

/** FHIR `code`: no white space at the ends, none doubled inside. */
export const codeSchema = z
  .string()
  .max(100)
  .regex(/^[^\s\p{Surrogate}]+( [^\s\p{Surrogate}]+)*$/u);

/** FHIR `uri`: absolute or not, never with white space. */
export const uriSchema = z
  .string()
  .max(500)
  .regex(/^[^\s\p{Surrogate}]+$/u);

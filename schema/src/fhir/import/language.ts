import { languageSchema } from "../administrative.ts";
import { isJsonObject, textOf } from "./fhir-json.ts";
import { listOf } from "./mapping.ts";

/** The BCP 47 tag in a FHIR concept that says a language, or null. */
export function languageOf(concept: unknown): string | null {
  if (!isJsonObject(concept)) return null;
  for (const coding of listOf(concept["coding"])) {
    const code = isJsonObject(coding) ? textOf(coding["code"]) : null;
    if (code !== null && languageSchema.safeParse(code).success) return code;
  }
  return null;
}

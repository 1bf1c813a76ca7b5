import type { CodeableConcept } from "@suture/schema";

/** What a concept is called: in words as they were said, else by its first code. */
export function conceptName({ text, coding }: CodeableConcept): string | null {
  return text ?? coding?.[0]?.display ?? coding?.[0]?.code ?? null;
}

/** Something that goes wrong with machines and lines, and how it ends. */
import type { SeededRandom } from "@suture/client/testing";

import type { Run } from "../run.ts";

export interface Mishap {
  /** Of the step: `fault:kill-server`, or `begin:offline` where whether it is felt remains to be seen. */
  readonly name: string;
  readonly words: string;
  begin(): Promise<void>;
  /** What sets it right; undefined for what is over at once. */
  readonly end: { readonly words: string; run(): Promise<void> } | undefined;
}

/** Draws the next one of its kind; undefined where nothing of the kind can happen now. */
export type DrawMishap = (run: Run, random: SeededRandom) => Mishap | undefined;

/** A fault in words: `slow (latencyMs 250, jitterMs 3)`. */
export function faultInWords({
  name,
  ...details
}: {
  readonly name: string;
}): string {
  const list = Object.entries(details).map(
    ([key, value]) => `${key} ${String(value)}`,
  );
  return list.length === 0 ? name : `${name} (${list.join(", ")})`;
}

/** One that lasts until it is ended. */
export function lastingMishap(
  fault: { readonly name: string },
  sufferer: string,
  suffer: () => () => void,
): Mishap {
  const words = `${faultInWords(fault)} on ${sufferer}`;
  let end = () => {};
  return {
    name: `begin:${fault.name}`,
    words: `begins: ${words}`,
    begin: async () => void (end = suffer()),
    end: { words: `is over: ${words}`, run: async () => end() },
  };
}

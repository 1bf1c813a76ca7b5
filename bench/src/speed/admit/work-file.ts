import { decode, encode } from "cbor-x";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { AdmitKind, AdmitWork } from "./admit-work.ts";

/** The same work for all processes of a run. */
export async function writeWork(
  ground: string,
  { before, kinds }: AdmitWork,
): Promise<void> {
  await writeFile(fileIn(ground), encode({ before, kinds: [...kinds] }));
}

export async function readWork(ground: string): Promise<AdmitWork> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written above
  const { before, kinds } = decode(await readFile(fileIn(ground))) as {
    readonly before: AdmitWork["before"];
    readonly kinds: readonly (readonly [AdmitKind, AdmitWork["before"]])[];
  };
  return { before, kinds: new Map(kinds) };
}

function fileIn(ground: string): string {
  return join(ground, "work.cbor");
}

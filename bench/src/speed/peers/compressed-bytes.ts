import { deflateRawSync } from "node:zlib";

import type { AwayGround } from "../away-contenders.ts";
import { broughtRecords, missedRecords } from "../away-work.ts";
import { stormWork } from "../storm-work.ts";
import { readHospital } from "./suture-hospital.ts";

/** What the changes alone come to, those of each direction deflated as one: nothing that carries them can do with less. */
export async function compressedBytes({
  size,
  away,
  directory,
}: AwayGround): Promise<number> {
  const work = stormWork(size);
  const edits = (await readHospital(directory)).flatMap((one) => one.edits);
  const deflated = (records: readonly { readonly id: string }[]) => {
    const ids = new Set(records.map(({ id }) => id));
    const bytes = edits
      .filter(({ recordId }) => ids.has(recordId))
      .map((edit) => edit.bytes);
    return deflateRawSync(Buffer.concat(bytes)).length;
  };
  return (
    deflated(broughtRecords(work, away)) + deflated(missedRecords(work, away))
  );
}

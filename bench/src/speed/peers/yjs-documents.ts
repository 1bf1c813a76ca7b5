/** A storm's records as Yjs documents: one map, with a key for each text. */
import * as Y from "yjs";

import type { StormRecord } from "../storm-work.ts";

/** As everybody held it before: the same bytes in every process. */
export function updateBefore({ before }: StormRecord): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = 1;
  doc.transact(() => {
    for (const [key, text] of Object.entries(before))
      textsOf(doc).set(key, text);
  });
  const update = Y.encodeStateAsUpdate(doc);
  doc.destroy();
  return update;
}

export function textsOf(doc: Y.Doc): Y.Map<string> {
  return doc.getMap("record");
}

export function holdsAll(doc: Y.Doc, { after }: StormRecord): boolean {
  const texts = textsOf(doc);
  return Object.entries(after).every(([key, text]) => texts.get(key) === text);
}

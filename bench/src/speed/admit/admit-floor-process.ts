/**
 * The floor of admission: the same changes in the same pushes decoded from CBOR and written to SQLite with `synchronous=FULL`, one
 * transaction for all pushes in flight. It looks at nothing.
 */
import Database from "better-sqlite3";
import { decode, encode } from "cbor-x";
import { join } from "node:path";

import type { WrittenChange } from "../peers/written-record.ts";
import { admitSetupSchema } from "./admit-protocol.ts";
import { answering } from "./answering.ts";
import { inWaves, MeasuredKinds } from "./measured-kinds.ts";
import { readWork } from "./work-file.ts";

const { directory, ground } = admitSetupSchema.parse(
  JSON.parse(process.argv[2] ?? "{}"),
);

await answering(async () => {
  const work = await readWork(ground);
  const database = new Database(join(directory, "floor.sqlite"));
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec(
    "CREATE TABLE log (person INTEGER, sequence INTEGER, record TEXT, bytes BLOB, PRIMARY KEY (person, sequence)) WITHOUT ROWID",
  );
  const insert = database.prepare<[number, number, string, Uint8Array]>(
    "INSERT INTO log VALUES (?, ?, ?, ?)",
  );
  let sequence = 0;
  const commit = database.transaction((pushes: readonly Uint8Array[]) => {
    for (const [person, frame] of pushes.entries()) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it checks nothing: that is what makes it the floor
      const changes = decode(frame) as readonly WrittenChange[];
      for (const { recordId, bytes } of changes)
        insert.run(person, (sequence += 1), recordId, bytes);
    }
  });
  // As they come from sockets: encoding them is the devices' work.
  const frameOf = new Map(
    [...work.kinds.values()]
      .flatMap(inWaves)
      .flat()
      .map((changes) => [nameOf(changes), encode(changes.map(bare))]),
  );
  const kinds = new MeasuredKinds(work.kinds, [], (wave) => {
    commit(wave.flatMap((changes) => frameOf.get(nameOf(changes)) ?? []));
  });
  await kinds.warm();
  return () => kinds.measure();
});

/** Every push has a first change, which is in no other. */
function nameOf([first]: readonly WrittenChange[]): string {
  return first?.hash ?? "";
}

function bare({ recordId, bytes }: WrittenChange) {
  return { recordId, bytes };
}

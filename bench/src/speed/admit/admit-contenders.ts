/** Admission and its floor, each in a process of its own that ends with its turn. SPEC BE-2, BE-9. */
import { storeFileIn } from "@suture/server";
import Database from "better-sqlite3";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { TalkingProcess } from "../../talking-process.ts";
import { serverDataIn } from "../peers/hospital-files.ts";
import { foundHospital, readHospital } from "../peers/suture-hospital.ts";
import { changesIn } from "../peers/suture-server.ts";
import type { Contender } from "../rounds.ts";
import { stormWork } from "../storm-work.ts";
import type {
  AdmitSetup,
  FromAdmitting,
  ToAdmitting,
} from "./admit-protocol.ts";
import { composeWork, type AdmitWork } from "./admit-work.ts";
import { writeWork } from "./work-file.ts";

export interface AdmitGround {
  readonly directory: string;
  readonly work: AdmitWork;
}

const people = 10;

/** The ground is removed afterwards. */
export async function onAdmitGround<T>(
  changesPerKind: number,
  run: (ground: AdmitGround) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "suture-bench-"));
  try {
    await foundHospital(
      stormWork({ devices: people, recordsPerDevice: 0 }),
      directory,
      { roles: ["clinician", "receptionist", "technician"] },
    );
    const work = composeWork(await readHospital(directory), changesPerKind);
    await writeWork(directory, work);
    return await run({ directory, work });
  } finally {
    await rm(directory, { recursive: true });
  }
}

export function sutureAdmitting(ground: AdmitGround): Contender {
  const hashes = [
    ...ground.work.before,
    ...[...ground.work.kinds.values()].flat(),
  ].flatMap((changes) => changes.map(({ hash }) => hash));
  return {
    name: "suture",
    round: () =>
      admitRound(ground, {
        program: new URL("./admit-process.js", import.meta.url),
        prepare: (directory) =>
          cp(serverDataIn(ground.directory), directory, { recursive: true }),
        missingIn(directory) {
          const held = changesIn(storeFileIn(directory));
          return hashes.filter((hash) => !held.has(hash)).length;
        },
      }),
  };
}

export function floorAdmitting(ground: AdmitGround): Contender {
  const changes = [...ground.work.kinds.values()].flat(2);
  return {
    name: "floor",
    round: () =>
      admitRound(ground, {
        program: new URL("./admit-floor-process.js", import.meta.url),
        prepare: () => Promise.resolve(),
        missingIn(directory) {
          const file = new Database(join(directory, "floor.sqlite"));
          const held = new Set(
            file
              .prepare<[], Buffer>("SELECT bytes FROM log")
              .pluck()
              .all()
              .map((bytes) => bytes.toString("latin1")),
          );
          file.close();
          return changes.filter(
            ({ bytes }) => !held.has(Buffer.from(bytes).toString("latin1")),
          ).length;
        },
      }),
  };
}

interface Admitting {
  readonly program: URL;
  prepare(directory: string): Promise<void>;
  /** After it was killed: of how many changes there is nothing on its disk. */
  missingIn(directory: string): number;
}

async function admitRound(
  ground: AdmitGround,
  { program, prepare, missingIn }: Admitting,
) {
  const directory = await mkdtemp(join(ground.directory, "round-"));
  await prepare(directory);
  const setup: AdmitSetup = { directory, ground: ground.directory };
  const admitting = new TalkingProcess<ToAdmitting, FromAdmitting>(
    program.pathname,
    program,
    setup,
  );
  try {
    await admitting.next("prepared");
    const admitted = admitting.next("admitted");
    admitting.tell({ kind: "admit" });
    const { measured } = await admitted;
    await admitting.end();
    const missing = missingIn(directory);
    if (missing > 0)
      throw new Error(
        `${missing} changes are not on disk: ${program.pathname}`,
      );
    return measured;
  } finally {
    await admitting.end();
    await rm(directory, { recursive: true });
  }
}

/**
 * The process that admits: the whole server in it, on a copy of a founded hospital's data, given pushes by ten people at a time as
 * its gateway would give them. Half of each kind is admitted first, so that code is compiled and caches are filled; then time
 * counts, kind by kind in turns; and then profiles are taken, which would slow it down. A step's cost is its share of the profile
 * times what a change costs without one. SPEC BE-9, BE-10.
 */
import { readHospital, startIn } from "../peers/suture-hospital.ts";
import type { WrittenChange } from "../peers/written-record.ts";
import { allSteps } from "./admit-steps.ts";
import { answering } from "./answering.ts";
import { admitSetupSchema } from "./admit-protocol.ts";
import type { AdmitKind } from "./admit-work.ts";
import { inWaves, MeasuredKinds, type Wave } from "./measured-kinds.ts";
import { profiled, sharesOf } from "./profiled.ts";
import { readWork } from "./work-file.ts";

/** What an ordinary change is, and what is promised apart. */
const profiledKinds: readonly AdmitKind[] = ["a field", "a 4 KB statement"];

const { directory, ground } = admitSetupSchema.parse(
  JSON.parse(process.argv[2] ?? "{}"),
);

await answering(async () => {
  const people = await readHospital(ground);
  const work = await readWork(ground);
  const { server } = await startIn(directory);

  const admit = async (wave: Wave) => {
    await Promise.all(
      wave.map(async (changes, at) => {
        const person = people[at];
        if (person === undefined) throw new Error("a push has no author");
        if (changes.length > 0) await push(person, changes);
      }),
    );
  };
  const push = async (
    { personId, deviceId }: (typeof people)[number],
    changes: readonly WrittenChange[],
  ) => {
    const author = { personId, deviceId };
    const { verdicts } = await server.admission.admit(author, changes);
    for (const verdict of verdicts)
      if (verdict.verdict !== "accepted")
        throw new Error(`a change was ${JSON.stringify(verdict)}`);
  };

  for (const wave of inWaves(work.before)) await admit(wave);
  const kinds = new MeasuredKinds(work.kinds, profiledKinds, admit);
  await kinds.warm();
  return async () => {
    const measured = await kinds.measure();
    const steps: Record<string, { value: number; unit: "µs" }> = {};
    for (const kind of profiledKinds) {
      const profile = await profiled(() => kinds.rest(kind));
      const cost = measured[`${kind}, CPU time`]?.value ?? 0;
      const shares = sharesOf(profile);
      for (const step of allSteps)
        steps[`${kind}, ${step}`] = {
          value: (shares.get(step) ?? 0) * cost,
          unit: "µs",
        };
    }
    return { ...measured, ...steps };
  };
});

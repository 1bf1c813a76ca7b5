/** What every `DocumentTrial` must do: call `testTrialContract` in the test file of each implementation. SPEC AD-22. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DocumentTrial } from "./document-trial.ts";
import { poisonJob, textJob, verdictsOf } from "./trial-job.test-support.ts";

export function testTrialContract(
  name: string,
  open: () => DocumentTrial,
  startMs: number,
): void {
  describe(`trial contract: ${name}`, () => {
    let timed: DocumentTrial;
    let trial: ReturnType<typeof verdictsOf>;
    beforeAll(async () => {
      timed = open();
      trial = verdictsOf(timed);
      await trial.try([textJob(1)]);
    }, startMs);
    afterAll(() => trial.close());

    test("[AD-22] ordinary edits of a text are sound, one upon the other", async () => {
      const job = textJob(1, ["It leaks.", "It leaks. 漏", "leaks"]);
      expect(await trial.try([job])).toEqual([["sound", "sound", "sound"]]);
      expect(await trial.try([])).toEqual([]);
      const { accepted } = job;
      expect(await trial.try([{ accepted, changes: [] }])).toEqual([[]]);
    });

    test(
      "[AD-22] jobs know nothing of each other, and what panics leaves the next as good as new",
      async () => {
        const jobs = [textJob(1), poisonJob(2), textJob(3)];
        for (let count = 0; count < 2; count += 1)
          expect(await trial.try(jobs)).toEqual([
            ["sound"],
            ["unsound"],
            ["sound"],
          ]);
        const calls = jobs.map((job) => trial.try([job]));
        expect(await Promise.all(calls)).toEqual([
          [["sound"]],
          [["unsound"]],
          [["sound"]],
        ]);
      },
      startMs,
    );

    test(
      "[AD-22] behind an unsound change nothing is known of the rest",
      async () => {
        const [poison, text] = [poisonJob(1), textJob(1)];
        const changes = [...poison.changes, ...text.changes];
        expect(await trial.try([{ ...text, changes }])).toEqual([
          ["unsound", "untried"],
        ]);
      },
      startMs,
    );

    test("[LM-1] each job is told what it cost", async () => {
      const results = await timed.try([textJob(1), poisonJob(2)]);
      for (const { workMs } of results) expect(workMs).toBeGreaterThan(0);
    });

    test("[AD-22] what is not answered when it is closed is untried", async () => {
      const other = verdictsOf(open());
      const answered = other.try([textJob(1)]);
      await other.close();
      await other.close();
      expect([[["untried"]], [["sound"]]]).toContainEqual(await answered);
      expect(await other.try([textJob(1)])).toEqual([["untried"]]);
    });
  });
}

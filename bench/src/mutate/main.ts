/**
 * `npm run mutate [-- --seeds N] [--from S] [words…]`: shows that a fault planted in the product breaks a promise in the simulated
 * world. Words choose the mutations whose name holds them all.
 *
 * Every mutation is made in a copy of the sources, built there, and simulated until a seed is broken; that seed must hold without the
 * mutation. Exits with 1 if one survives all seeds: then the world is too kind. SPEC WO-57.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";

import type { Mutation } from "./mutation.ts";
import { mutations } from "./mutations.ts";
import { SourceCopy } from "./source-copy.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const { values: options, positionals: words } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
  },
  allowPositionals: true,
});
const chosen = mutations.filter(({ name }) =>
  words.every((word) => name.includes(word)),
);

const reportSchema = z.object({
  seeds: z.int(),
  failures: z.array(
    z.object({ seed: z.int(), promise: z.string(), words: z.string() }),
  ),
});

const healthy = new SourceCopy(root);
const mutant = new SourceCopy(root);
try {
  await healthy.build();
  let survived = 0;
  for (const mutation of chosen) {
    const verdict = await judge(mutation);
    if (!verdict.isCaught) survived += 1;
    console.log(
      `${verdict.isCaught ? "caught  " : "SURVIVED"} ${mutation.name}`,
    );
    console.log(`         ${verdict.words}`);
  }
  console.log(`${chosen.length - survived} caught, ${survived} survived`);
  process.exitCode = survived === 0 ? 0 : 1;
} finally {
  healthy.remove();
  mutant.remove();
}

interface MutationVerdict {
  readonly isCaught: boolean;
  readonly words: string;
}

async function judge(mutation: Mutation): Promise<MutationVerdict> {
  const undo = mutant.apply(mutation);
  try {
    const built = await mutant.build();
    if (built.exitCode !== 0)
      return { isCaught: false, words: `does not compile: ${built.stdout}` };
    const beganAtMs = performance.now();
    const report = await simulate(mutant, options.seeds, options.from);
    const seconds = Math.round((performance.now() - beganAtMs) / 1_000);
    const [failure] = report.failures;
    if (failure === undefined)
      return { isCaught: false, words: `${report.seeds} seeds hold` };
    const { seed, promise } = failure;
    const [line = ""] = failure.words.split("\n");
    const why = `${promise} at seed ${seed} after ${report.seeds} seeds, ${seconds} s: ${line.slice(0, 160)}`;
    const unmutated = await simulate(healthy, "1", String(seed));
    return unmutated.failures.length === 0
      ? { isCaught: true, words: why }
      : { isCaught: false, words: `broken without it as well: ${why}` };
  } finally {
    undo();
  }
}

/** Until one seed is broken. */
async function simulate(copy: SourceCopy, seeds: string, from: string) {
  const { stdout } = await copy.simulate([
    "--seeds",
    seeds,
    "--from",
    from,
    "--json",
    "--no-shrink",
    "--stop-at-broken",
    "1",
  ]);
  return reportSchema.parse(
    JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""),
  );
}

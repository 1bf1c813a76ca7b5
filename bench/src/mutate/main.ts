/**
 * `npm run mutate [-- --seeds N] [--from S] [words…]`: shows that a fault planted in the product breaks a promise in the simulated
 * world. Words choose the mutations whose name holds them all.
 *
 * Every mutation is made in a copy of the sources, compiled there, and simulated until a seed is broken; that seed must hold without the
 * mutation. Exits with 1 if one survives all seeds: then the world is too kind; with 2 for options that are none. SPEC WO-57.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";

import type { Mutation } from "./mutation.ts";
import { mutations } from "./mutations.ts";
import { SourceCopy } from "./source-copy.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const { values: options, positionals: words } = readOptions();
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
let mutant: SourceCopy | undefined;
try {
  const built = await healthy.build();
  if (built.exitCode !== 0) throw new Error(built.stdout);
  mutant = new SourceCopy(healthy.directory);
  let survived = 0;
  for (const mutation of chosen) {
    const verdict = await judge(mutant, mutation);
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
  mutant?.remove();
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        seeds: { type: "string", default: "1000" },
        from: { type: "string", default: "1" },
      },
      allowPositionals: true,
    });
  } catch {
    console.error("npm run mutate -- [--seeds N] [--from S] [words…]");
    process.exit(2);
  }
}

interface MutationVerdict {
  readonly isCaught: boolean;
  readonly words: string;
}

async function judge(
  copy: SourceCopy,
  mutation: Mutation,
): Promise<MutationVerdict> {
  const undo = copy.apply(mutation);
  try {
    const emitted = await copy.emit(mutation.edits);
    if (emitted.exitCode !== 0)
      return { isCaught: false, words: `does not compile: ${emitted.stdout}` };
    return await hunt(copy);
  } finally {
    undo();
    await copy.emit(mutation.edits);
  }
}

/** Goes on behind a seed that is broken without the mutation too. */
async function hunt(copy: SourceCopy): Promise<MutationVerdict> {
  const beganAtMs = performance.now();
  const end = Number(options.from) + Number(options.seeds);
  let from = Number(options.from);
  while (from < end) {
    const { failures } = await simulate(copy, from, end - from);
    const failure = failures.toSorted((a, b) => a.seed - b.seed)[0];
    if (failure === undefined) break;
    const { seed, promise, words } = failure;
    const unmutated = await simulate(healthy, seed, 1);
    if (unmutated.failures.length === 0) {
      const seconds = Math.round((performance.now() - beganAtMs) / 1_000);
      const [line = ""] = words.split("\n");
      return {
        isCaught: true,
        words: `${promise} at seed ${seed} after ${seconds} s: ${line.slice(0, 160)}`,
      };
    }
    from = seed + 1;
  }
  return { isCaught: false, words: `${options.seeds} seeds hold` };
}

/** Until one seed is broken. */
async function simulate(copy: SourceCopy, from: number, seeds: number) {
  const { stdout } = await copy.simulate([
    ...["--from", String(from)],
    ...["--seeds", String(seeds)],
    ...["--stop-at-broken", "1"],
    ...(seeds === 1 ? ["--workers", "1"] : []),
    "--json",
    "--no-shrink",
  ]);
  return reportSchema.parse(
    JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""),
  );
}

/**
 * `npm run bench -- NAME [--devices N] [--warm-up N] [--records N] [--connections N] [--only NAME] [--peers a,b] [--rounds N]
 * [--json] [--markdown FILE]`: Suture beside what people would use instead.
 *
 * NAME is a benchmark, `all`, each at a size at which they take a quarter of an hour together, or `smoke`, which only looks
 * whether all systems do the same work. What happens goes to stderr, results to stdout as they are there; with `--json` the last
 * lines are the reports, one for each benchmark, and `--markdown` writes the tables to a file. `--peers none` runs Suture alone.
 * Exit code 0, 1 where a system did not do the work, 2 for options that are none. SPEC BE-1 to BE-15.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import type { BenchReport, BenchSize } from "./benchmark.ts";
import { benchmarks } from "./benchmarks.ts";
import { smoke } from "./benchmarks/smoke.ts";
import { inMarkdown, inWords } from "./in-words.ts";

const { chosen, isAll, size, json, markdown, ...options } = readOptions();
const reports: BenchReport[] = [];
for (const benchmark of chosen) {
  console.error(`${benchmark.name} …`);
  const startMs = performance.now();
  try {
    const report = await benchmark.run({
      ...options,
      ...(isAll ? benchmark.sizeAmongAll : {}),
      ...size,
      tell: (line) => console.error(`  ${line}`),
    });
    console.log(`${inWords(report)}\n`);
    reports.push(report);
    const tookS = (performance.now() - startMs) / 1_000;
    console.error(`${benchmark.name} took ${tookS.toFixed(0)} s`);
  } catch (cause) {
    console.error(
      `  ${cause instanceof Error ? cause.message : String(cause)}`,
    );
    process.exitCode = 1;
  }
}
if (markdown !== undefined)
  await writeFile(markdown, `${reports.map(inMarkdown).join("\n\n")}\n`);
if (json) for (const report of reports) console.log(JSON.stringify(report));

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        devices: { type: "string" },
        "warm-up": { type: "string" },
        records: { type: "string" },
        connections: { type: "string" },
        only: { type: "string" },
        peers: { type: "string" },
        rounds: { type: "string", default: "5" },
        json: { type: "boolean", default: false },
        markdown: { type: "string" },
      },
    });
    const [name, ...more] = positionals;
    const chosen =
      name === "all"
        ? benchmarks
        : [...benchmarks, smoke].filter((one) => one.name === name);
    if (chosen.length === 0 || more.length > 0)
      throw new Error("there is no such benchmark");
    return {
      chosen,
      isAll: name === "all",
      size: {
        ...numberNamed("devices", values.devices),
        ...numberNamed("warmUpDevices", values["warm-up"], 0),
        ...numberNamed("records", values.records),
        ...numberNamed("connections", values.connections),
      },
      only: values.only,
      peers:
        values.peers === undefined
          ? ("all" as const)
          : new Set(values.peers.split(",")),
      rounds: wholeNumber(values.rounds),
      json: values.json,
      markdown: values.markdown,
    };
  } catch {
    const names = [...benchmarks.map(({ name }) => name), "all", "smoke"].join(
      " | ",
    );
    console.error(
      `npm run bench -- ${names} [--devices N] [--warm-up N] [--records N] [--connections N] [--only NAME] [--peers a,b] [--rounds N] [--json] [--markdown FILE]`,
    );
    process.exit(2);
  }
}

/** Nothing where it was not said. */
function numberNamed<K extends keyof BenchSize>(
  name: K,
  text: string | undefined,
  least = 1,
): { readonly [N in K]?: number } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a computed key is any text to the compiler
  return (text === undefined ? {} : { [name]: wholeNumber(text, least) }) as {
    readonly [N in K]?: number;
  };
}

function wholeNumber(text: string, least = 1): number {
  if (!/^(0|[1-9][0-9]{0,8})$/.test(text) || Number(text) < least)
    throw new Error("not a whole number");
  return Number(text);
}

import type {
  Benchmark,
  BenchOptions,
  BenchReport,
  BenchSize,
  Figure,
} from "../benchmark.ts";
import { exponentOf, type Point } from "../exponent.ts";
import { figureOf } from "../figure.ts";
import { admit } from "./admit.ts";
import { hold } from "./hold.ts";
import { idleReturn } from "./idle-return.ts";
import { latency } from "./latency.ts";
import { local } from "./local.ts";
import { newDevice } from "./new-device.ts";
import { storm } from "./storm.ts";
import { timeToSafe } from "./time-to-safe.ts";
import { weekAway } from "./week-away.ts";

/** With which power of the size a measure may grow: with the work, or not at all with what is merely held. */
const [work, held] = [1, 0] as const;

interface Growing {
  readonly benchmark: Benchmark;
  /** What is multiplied, and what is not, beside the usual sizes. */
  readonly by: keyof BenchSize;
  readonly base: number;
  readonly fixed?: BenchSize;
  /** What is looked at, with the power that is promised. */
  readonly measures: Readonly<Record<string, typeof work | typeof held>>;
}

const times = [1, 4, 16];
/** The same at all sizes: how warm a server is would be taken for growth. */
const warmUpDevices = 40;
const lastMessage = "time until the last message";
const payload = "payload both ways";

const growing: readonly Growing[] = [
  {
    benchmark: storm,
    by: "devices",
    base: 5,
    fixed: { warmUpDevices },
    measures: {
      "everybody has everything": work,
      "CPU time of the server": work,
    },
  },
  {
    benchmark: timeToSafe,
    by: "devices",
    base: 5,
    fixed: { warmUpDevices },
    measures: { "a critical edit is safe (p99)": work },
  },
  {
    benchmark: idleReturn,
    by: "records",
    base: 50,
    measures: { [lastMessage]: held, messages: held, [payload]: held },
  },
  {
    benchmark: weekAway,
    by: "records",
    base: 100,
    measures: { [lastMessage]: work, [payload]: work },
  },
  {
    benchmark: newDevice,
    by: "records",
    base: 50,
    measures: {
      [lastMessage]: work,
      [payload]: work,
      "time until the first records": held,
    },
  },
  {
    benchmark: latency,
    by: "devices",
    base: 5,
    measures: {
      "edit to a colleague (p50)": held,
      "edit to a colleague (p99)": held,
    },
  },
  {
    benchmark: admit,
    by: "records",
    base: 100,
    measures: { "a field, CPU time": held, "a 4 KB statement, CPU time": held },
  },
  {
    benchmark: hold,
    by: "records",
    base: 250,
    fixed: { connections: 40 },
    measures: {
      "memory after start": held,
      "of that, held by JavaScript": held,
    },
  },
  {
    benchmark: hold,
    by: "connections",
    base: 20,
    fixed: { records: 500 },
    measures: { "memory with all connections": work },
  },
  {
    benchmark: local,
    by: "records",
    base: 100,
    measures: {
      "save to durable, p99": held,
      "open a long record": held,
      "first page": held,
      "search by name, slowest": held,
    },
  },
];

/** Of the rounds of a benchmark by itself: at three sizes each, so that it stays short. */
const roundsShare = 5;

export const growth: Benchmark = {
  name: "growth",
  goal: "nothing worse than linear in the work, flat in what is merely held",
  async run(options) {
    const { only } = options;
    const chosen = growing.filter(
      ({ benchmark: { name } }) => only === undefined || name === only,
    );
    if (chosen.length === 0) throw new Error(`${only} is none of them`);
    const figures: Record<string, Figure> = {};
    const ratios: Record<string, number> = {};
    for (const one of chosen) {
      const reports = await atEachSize(one, options);
      for (const [measure, power] of Object.entries(one.measures)) {
        const name = `${one.benchmark.name}, by ${one.by}: ${measure}`;
        const points = reports.map((sized) => {
          const { size } = sized;
          const figure = figureNamed(sized, measure);
          figures[`${size} ${one.by}: ${name}`] = figure;
          return { size, value: figure.median };
        });
        figures[`exponent, promised ${power}: ${name}`] = figureOf(
          [exponentOf(points)],
          "",
        );
        ratios[name] = promisedAgainst(points, power);
      }
    }
    return {
      name: growth.name,
      goal: growth.goal,
      work: `Suture alone, each benchmark at ${times.join(", ")} times a small size. A ratio is the growth that is promised against what there was from the smallest to the largest.`,
      ratios,
      figures,
    };
  },
};

interface Sized {
  readonly size: number;
  readonly asked: Partial<BenchSize>;
  readonly report: BenchReport;
}

async function atEachSize(
  { benchmark, by, base, fixed }: Growing,
  { rounds, tell }: BenchOptions,
): Promise<readonly Sized[]> {
  const reports: Sized[] = [];
  for (const factor of times) {
    const size = base * factor;
    tell(`${benchmark.name}, ${size} ${by}`);
    const asked: Partial<BenchSize> = { ...fixed, [by]: size };
    const report = await benchmark.run({
      ...asked,
      peers: new Set(),
      rounds: Math.ceil(rounds / roundsShare),
      tell: (line) => tell(`  ${line}`),
    });
    reports.push({ size, asked, report });
  }
  return reports;
}

/** Some name a figure with what is held. */
function figureNamed({ report, asked }: Sized, measure: string): Figure {
  const key = `suture: ${measure}`;
  const figure =
    report.figures[key] ??
    report.figures[`${key}, ${asked.records} records held`];
  if (figure === undefined) throw new Error(`${report.name} has no ${measure}`);
  return figure;
}

function promisedAgainst(points: readonly Point[], power: number): number {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined)
    throw new Error("nothing was measured");
  return (last.size / first.size) ** power / (last.value / first.value);
}

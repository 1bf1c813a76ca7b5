/** The same waves of the same kinds in the same order for whoever admits them: half before time counts, the rest in turns. */
import type { Measured } from "../rounds.ts";
import { inTurns } from "../steady-edits.ts";
import type { WrittenChange } from "../peers/written-record.ts";
import { admitKinds, type AdmitKind, type AdmitWork } from "./admit-work.ts";

/** A push of each of several people, which are on their way at the same time. */
export type Wave = readonly (readonly WrittenChange[])[];

/** About what the SDK's pushes of small changes hold; fewer where there would be no wave for each purpose. */
const changesPerPush = 50;
const leastWaves = 4;

export function inWaves(
  byPerson: readonly (readonly WrittenChange[])[],
): readonly Wave[] {
  const longest = Math.max(...byPerson.map(({ length }) => length));
  const each = Math.min(changesPerPush, Math.ceil(longest / leastWaves));
  return Array.from({ length: Math.ceil(longest / each) }, (_, at) =>
    byPerson.map((changes) => changes.slice(at * each, (at + 1) * each)),
  );
}

interface WavesOfKind {
  readonly warm: readonly Wave[];
  readonly measured: readonly Wave[];
  readonly profiled: readonly Wave[];
}

/** Half to get warm, and of kinds that are profiled a quarter for that. */
function wavesOf(
  kinds: AdmitWork["kinds"],
  profiledKinds: readonly AdmitKind[],
): ReadonlyMap<AdmitKind, WavesOfKind> {
  return new Map(
    admitKinds.map((kind) => {
      const waves = inWaves(kinds.get(kind) ?? []);
      const half = Math.ceil(waves.length / 2);
      const end = profiledKinds.includes(kind)
        ? Math.ceil((half + waves.length) / 2)
        : waves.length;
      return [
        kind,
        {
          warm: waves.slice(0, half),
          measured: waves.slice(half, end),
          profiled: waves.slice(end),
        },
      ];
    }),
  );
}

export class MeasuredKinds {
  readonly #waves: ReadonlyMap<AdmitKind, WavesOfKind>;
  readonly #admit: (wave: Wave) => Promise<void> | void;

  constructor(
    kinds: AdmitWork["kinds"],
    profiledKinds: readonly AdmitKind[],
    admit: (wave: Wave) => Promise<void> | void,
  ) {
    this.#waves = wavesOf(kinds, profiledKinds);
    this.#admit = admit;
  }

  async warm(): Promise<void> {
    for (const { warm } of this.#waves.values()) await this.#admitAll(warm);
  }

  async measure(): Promise<Measured> {
    const totals = new Map(
      admitKinds.map((kind) => [kind, { count: 0, cpuUs: 0, wallUs: 0 }]),
    );
    const waves = [...this.#waves].map(([kind, { measured }]) =>
      measured.map((wave) => ({ kind, wave })),
    );
    const startMs = performance.now();
    for (const { item } of inTurns(waves)) {
      const total = totals.get(item.kind);
      if (total === undefined) throw new Error("a kind is not counted");
      const cpu = process.cpuUsage();
      const fromMs = performance.now();
      await this.#admit(item.wave);
      total.wallUs += (performance.now() - fromMs) * 1_000;
      const { user, system } = process.cpuUsage(cpu);
      total.cpuUs += user + system;
      total.count += item.wave.flat().length;
    }
    const allMs = performance.now() - startMs;
    const costs = [...totals].flatMap(([kind, { count, cpuUs, wallUs }]) => [
      [`${kind}, CPU time`, { value: cpuUs / count, unit: "µs" }] as const,
      [`${kind}, wall time`, { value: wallUs / count, unit: "µs" }] as const,
    ]);
    return {
      "all kinds": { value: allMs, unit: "ms" },
      ...Object.fromEntries(costs),
    };
  }

  /** What was left of a kind for a profile. */
  async rest(kind: AdmitKind): Promise<void> {
    await this.#admitAll(this.#waves.get(kind)?.profiled ?? []);
  }

  async #admitAll(waves: readonly Wave[]): Promise<void> {
    for (const wave of waves) await this.#admit(wave);
  }
}

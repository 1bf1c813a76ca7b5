/**
 * What every benchmark is: work done by several systems in one run, told as medians with their spread and as ratios between the
 * systems. A time that stands alone says what the machine is; a ratio of one run says what the system is. SPEC BE-1 to BE-5.
 */

/** One measurement over all rounds. A single measurement is a figure of one round. */
export interface Figure {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly unit: Unit;
  readonly rounds: number;
}

export type Unit = "ms" | "bytes" | "per second" | "messages" | "µs" | "";

export interface BenchReport {
  readonly name: string;
  readonly goal: string;
  /** What was done, in one line: sizes, and what is durable where. */
  readonly work: string;
  /**
   * By peer or floor: ours against theirs, above 1 is better for us; "> 60" where it was stopped, "not warmed". Where a benchmark has several,
   * `PEER: MEASURE`.
   */
  readonly ratios: Readonly<Record<string, number | string>>;
  /** By `SYSTEM: MEASURE`. */
  readonly figures: Readonly<Record<string, Figure>>;
}

export interface BenchOptions {
  /** How many devices; each benchmark has its own usual number. */
  readonly devices?: number | undefined;
  /** Where a server is warmed first: by how many devices, whose work is not counted. */
  readonly warmUpDevices?: number | undefined;
  /** How many records are held, or changes made, where a benchmark is about that. */
  readonly records?: number | undefined;
  /** How many idle connections, where a benchmark is about that. */
  readonly connections?: number | undefined;
  /** Of a benchmark that runs others: which. Default: all of them. */
  readonly only?: string | undefined;
  /** Which peers and floors are run beside Suture; each benchmark takes those it has. */
  readonly peers: ReadonlySet<string> | "all";
  readonly rounds: number;
  /** Progress, for a person who waits. */
  readonly tell: (line: string) => void;
}

export type BenchSize = Pick<
  BenchOptions,
  "devices" | "warmUpDevices" | "records" | "connections"
>;

export interface Benchmark {
  readonly name: string;
  readonly goal: string;
  /** As one of many: smaller than when it is asked for by name. */
  readonly sizeAmongAll?: Partial<BenchSize>;
  /** Throws where systems that did the same work do not hold the same afterwards: no time of such a run counts. */
  run(options: BenchOptions): Promise<BenchReport>;
}

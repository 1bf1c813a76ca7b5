/** What happened in a run, step by step, in words: the same for every run of a seed. */
import type { SimulatedTime } from "@suture/client/testing";

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

export class Story {
  readonly #time: SimulatedTime;
  readonly #lines: string[] = [];
  readonly #tell: (line: string) => void;

  /** `tell` is called with each line as it is written. */
  constructor(time: SimulatedTime, tell: (line: string) => void = () => {}) {
    this.#time = time;
    this.#tell = tell;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** `label` is the number of a step, or what happens outside of them. */
  add(label: number | string, words: string): void {
    const line = `${String(label).padStart(5)}  ${timeInWords(this.#time.nowMs)}  ${words}`;
    this.#lines.push(line);
    this.#tell(line);
  }
}

/** `Mon 08:00:07.250`, in UTC. */
function timeInWords(atMs: number): string {
  const at = new Date(atMs);
  return `${weekdays[at.getUTCDay()] ?? ""} ${at.toISOString().slice(11, 23)}`;
}

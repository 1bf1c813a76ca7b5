import { changeDevice } from "../store/device-row.ts";
import type { LocalLog } from "../store/local-log.ts";
import type { LastHeard } from "./sync-engine.ts";

/** In less than this nobody reads another time of day. */
const worthKeepingMs = 30_000;

/** Keeps when the server was last heard of, for whoever opens the app next, perhaps without a network. SPEC SY-32. */
export class LastHeardKeeper {
  readonly #log: LocalLog;
  #keptMs = -Infinity;

  constructor(log: LocalLog) {
    this.#log = log;
  }

  /** Told of every frame, so it writes seldom. What cannot be stored is not worth a word: it only tells of earlier. */
  note({ lastAnswerAtMs, caughtUpAtMs }: LastHeard): void {
    if (lastAnswerAtMs === null || caughtUpAtMs === null) return;
    if (Math.abs(caughtUpAtMs - this.#keptMs) < worthKeepingMs) return;
    this.#keptMs = caughtUpAtMs;
    this.#log
      .write((tx) =>
        changeDevice(tx, (row) => ({ ...row, lastAnswerAtMs, caughtUpAtMs })),
      )
      .catch(() => undefined);
  }
}

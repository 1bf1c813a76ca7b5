/** Draws the steps of a run that are no person's: something goes wrong, or is set right again. */
import type { SeededRandom } from "@suture/client/testing";

import type { Run, Step } from "../run.ts";
import { restoreDevice, restoreServer } from "./backup-mishaps.ts";
import { damageDevice } from "./damage-mishaps.ts";
import {
  killDevice,
  killServer,
  stopServer,
  switchOn,
} from "./machine-mishaps.ts";
import type { DrawMishap, Mishap } from "./mishap.ts";
import {
  breakDeviceDisk,
  breakNetwork,
  breakServerDisk,
  endTokens,
  upsetClock,
} from "./world-mishaps.ts";

/** Each made anew for a run. */
const mishapsByKind = {
  network: () => [breakNetwork],
  "device power": () => [killDevice],
  "server power": () => [killServer, stopServer],
  "device disk": () => [breakDeviceDisk],
  "server disk": () => [breakServerDisk],
  clock: () => [upsetClock],
  tokens: () => [endTokens],
  "server backup": () => [restoreServer()],
  "device backup": () => [restoreDevice()],
  "device damage": () => [damageDevice],
} satisfies Record<string, () => readonly DrawMishap[]>;

export type MishapKind = keyof typeof mishapsByKind;

/** Of the steps, while something is off. */
const switchOnShare = 0.2;
/** With more than these at once nobody gets anything done. */
const mostAtOnce = 5;
const drawsBeforeGivingUp = 4;

export class FaultSteps {
  readonly #run: Run;
  readonly #random: SeededRandom;
  readonly #draws: readonly DrawMishap[];
  readonly #ongoing: Mishap[] = [];

  /** Only mishaps of these kinds happen. */
  constructor(run: Run, random: SeededRandom, kinds: readonly MishapKind[]) {
    this.#run = run;
    this.#random = random;
    this.#draws = kinds.flatMap((kind) => mishapsByKind[kind]());
  }

  /** `goesWrong`: whether it is time for a mishap, or the end of one. Undefined where nothing of the kind is to happen. */
  next(goesWrong: boolean): Step | undefined {
    if (this.#random.happens(switchOnShare)) {
      const step = switchOn(this.#run, this.#random);
      if (step !== undefined) return step;
    }
    if (!goesWrong) return undefined;
    const endsOne = this.#random.happens(this.#ongoing.length / mostAtOnce);
    return endsOne ? this.#nextEnd() : (this.#nextMishap() ?? this.#nextEnd());
  }

  #nextMishap(): Step | undefined {
    for (let draw = 0; draw < drawsBeforeGivingUp; draw += 1) {
      const mishap = this.#random.pick(this.#draws)(this.#run, this.#random);
      if (mishap === undefined) continue;
      return {
        name: mishap.name,
        words: mishap.words,
        run: async () => {
          if (mishap.end) this.#ongoing.push(mishap);
          await mishap.begin();
        },
      };
    }
    return undefined;
  }

  #nextEnd(): Step | undefined {
    if (this.#ongoing.length === 0) return undefined;
    const [mishap] = this.#ongoing.splice(
      this.#random.between(0, this.#ongoing.length - 1),
      1,
    );
    return (
      mishap?.end && {
        name: `end:${mishap.name}`,
        words: mishap.end.words,
        run: mishap.end.run,
      }
    );
  }
}

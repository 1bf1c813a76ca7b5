import type { Timer, Timers } from "@suture/schema";

import type { Identity } from "../identity/identity.ts";
import type { SystemLog } from "../system-log.ts";
import type { OwedEntries } from "./owed-entries.ts";

/** From a refused sign-in until the audit tells it: long enough that no answer's time says whether there is anything to tell. */
export const tellRefusedAfterMs = 10_000;

export interface RefusedSignInTeller {
  /** A sign-in was refused; what there is to tell is told later, also what an earlier process left. */
  noteRefused(): void;
  tell(): Promise<void>;
  close(): void;
}

export function createRefusedSignInTeller(deps: {
  readonly identity: Pick<Identity, "oweRefusedSignIns">;
  readonly owed: OwedEntries;
  readonly timers: Timers;
  readonly log: SystemLog;
}): RefusedSignInTeller {
  const { identity, owed, timers, log } = deps;
  let timer: Timer | undefined;

  async function tell(): Promise<void> {
    try {
      await identity.oweRefusedSignIns();
    } catch (cause) {
      // They stay written down, until the next time.
      log.error("audit.refused-sign-ins", {}, cause);
    }
    await owed.settle();
  }

  return {
    noteRefused() {
      timer ??= timers.after(tellRefusedAfterMs, () => {
        timer = undefined;
        void tell();
      });
    },
    tell,
    close: () => timer?.cancel(),
  };
}

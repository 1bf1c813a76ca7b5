/** The thread of a simulated server that writes large groups to its store: the same code, on a handle of its own, some turns later. SPEC ST-19. */
import type { Defer, SqliteDatabase, WriteThread } from "@suture/schema";
import { HandedGroups } from "@suture/schema/handed-groups";
import type { SeededRandom } from "../seeded-random.ts";

const mostTurns = 12;

export interface DeferredWritesDeps {
  readonly handle: SqliteDatabase;
  readonly defer: Defer;
  readonly random: SeededRandom;
}

export function deferredWrites({
  handle,
  defer,
  random,
}: DeferredWritesDeps): WriteThread {
  const groups = new HandedGroups(handle);
  const turn = () => new Promise<void>((resolve) => defer(resolve));
  let last: Promise<unknown> = Promise.resolve();
  return {
    write(group) {
      const written = last.then(async () => {
        for (let left = random.between(1, mostTurns); left > 0; left -= 1)
          await turn();
        return groups.write(group);
      });
      last = written;
      return written;
    },
    async close() {
      handle.close();
    },
  };
}

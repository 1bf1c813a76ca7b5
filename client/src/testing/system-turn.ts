/** What a simulated world takes from the machine it runs on. */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";

/** Resolves after all that waits for nothing but the processor has run. */
export const systemTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

const inMemory = "/dev/shm";

/** A folder whose files cost no disk, where the machine has one. */
export const systemFolderForFiles = (): string =>
  existsSync(inMemory) ? inMemory : tmpdir();

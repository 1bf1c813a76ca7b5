/**
 * Machines whose disk is put back to where it stood when a backup of it was made. In one run either the server is, or devices
 * are: what was on both and is on neither any more nobody can bring back.
 */
import type { DiskImage } from "@suture/client/testing";

import { startAgain } from "./start-again.ts";
import type { Run } from "../run.ts";
import type { DrawMishap, Mishap } from "./mishap.ts";

interface Backup {
  readonly atMs: number;
  readonly image: DiskImage;
}

/** Draws for one run: a backup first, then its use or another. */
export function restoreServer(): DrawMishap {
  let backup: Backup | undefined;
  return (run, random) => {
    const { server } = run.world;
    if (server.running === undefined) return undefined;
    if (backup === undefined || random.happens(0.3))
      return makeBackup(run, "server", server, (made) => (backup = made));
    return useBackup(run, "server", server, backup);
  };
}

export function restoreDevice(): DrawMishap {
  const backups = new Map<string, Backup>();
  return (run, random) => {
    const device = random.pick(run.world.devices);
    if (!device.isOn) return undefined;
    const backup = backups.get(device.name);
    if (backup === undefined || random.happens(0.3))
      return makeBackup(run, device.name, device, (made) =>
        backups.set(device.name, made),
      );
    return useBackup(run, device.name, device, backup);
  };
}

function makeBackup(
  { world }: Run,
  name: string,
  { machine }: { readonly machine: { readonly disk: { image(): DiskImage } } },
  keep: (backup: Backup) => void,
): Mishap {
  return {
    name: "make-backup",
    words: `a backup of ${name} is made`,
    begin: async () =>
      keep({ atMs: world.time.nowMs, image: machine.disk.image() }),
    end: undefined,
  };
}

function useBackup(
  run: Run,
  name: string,
  machine: { restore(backup: DiskImage): Promise<unknown> },
  { atMs, image }: Backup,
): Mishap {
  const { world, journal } = run;
  const ageMs = world.time.nowMs - atMs;
  return {
    name: `fault:restore-${name === "server" ? name : "device"}`,
    words: `${name} is put back to its backup, ${Math.round(ageMs / 1_000)} s old`,
    begin: async () => {
      const nowMs = world.time.nowMs;
      journal.noteRestored({ machine: name, atMs: nowMs, backupAtMs: atMs });
      await startAgain(run, { start: () => machine.restore(image) });
    },
    end: undefined,
  };
}

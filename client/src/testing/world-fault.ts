import { clockFaultNames, type ClockFault } from "./clock-faults.ts";
import { diskFaultNames, type DiskFault } from "./disk/disk-faults.ts";
import type { Machine } from "./machine.ts";
import type { NetworkFault } from "./network/network-faults.ts";
import type { ServerInWorld } from "./server-in-world.ts";
import { endTokensSoon, type TokenFault } from "./token-fault.ts";
import type { WorldDevice } from "./world-device.ts";

/** Anything that a world can suffer from while it runs. */
export type WorldFault = NetworkFault | ClockFault | DiskFault | TokenFault;

/** Begins a fault where its kind belongs: on the clock or the disk of a machine, on lines to it, or with tokens. Gives back what ends it. */
export function suffer(
  fault: WorldFault,
  { machine, devices, server }: Sufferer,
): () => void {
  if (fault.name === "tokenExpires") {
    for (const { tokens, link } of devices)
      // What the server is asked for comes as time passes, or never.
      void endTokensSoon(fault, { tokens, link, server });
    return () => undefined;
  }
  if (isClockFault(fault)) return machine.clock.suffer(fault);
  if (isDiskFault(fault)) return machine.disk.suffer(fault);
  const ends = devices.map(({ link }) => link.suffer(fault));
  return () => {
    for (const end of ends) end();
  };
}

export interface Sufferer {
  readonly machine: Machine;
  /** Whose lines and tokens they are. */
  readonly devices: readonly WorldDevice[];
  /** That runs. */
  readonly server: ServerInWorld | undefined;
}

function isClockFault(fault: WorldFault): fault is ClockFault {
  return clockFaultNames.some((name) => name === fault.name);
}

function isDiskFault(fault: WorldFault): fault is DiskFault {
  return diskFaultNames.some((name) => name === fault.name);
}

import { clockFaultNames, type ClockFault } from "./clock-faults.ts";
import { diskFaultNames, type DiskFault } from "./disk/disk-faults.ts";
import type { Machine } from "./machine.ts";
import type { NetworkFault } from "./network/network-faults.ts";
import type { SimulatedLink } from "./network/simulated-link.ts";

/** Anything that a world can suffer from while it runs. */
export type WorldFault = NetworkFault | ClockFault | DiskFault;

/** Begins a fault where its kind belongs: on the clock or the disk of a machine, or on lines to it. Gives back what ends it. */
export function suffer(
  fault: WorldFault,
  { machine, links }: Sufferer,
): () => void {
  if (isClockFault(fault)) return machine.clock.suffer(fault);
  if (isDiskFault(fault)) return machine.disk.suffer(fault);
  const ends = links.map((link) => link.suffer(fault));
  return () => {
    for (const end of ends) end();
  };
}

export interface Sufferer {
  readonly machine: Machine;
  readonly links: readonly SimulatedLink[];
}

function isClockFault(fault: WorldFault): fault is ClockFault {
  return clockFaultNames.some((name) => name === fault.name);
}

function isDiskFault(fault: WorldFault): fault is DiskFault {
  return diskFaultNames.some((name) => name === fault.name);
}

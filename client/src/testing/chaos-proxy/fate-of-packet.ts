/** What the faults of the moment do to a packet of a relayed connection, the first that stops it before any that slows it. */
import {
  throttledTo,
  type Direction,
  type NetworkFault,
  type NetworkFaultName,
  type Slowness,
} from "../network/network-faults.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { Fate, Pace } from "./byte-lane.ts";

export interface PacketOnItsWay {
  readonly direction: Direction;
  readonly bytes: number;
  /** What its connection had sent in this direction before. */
  readonly behindBytes: number;
}

export interface FateDeps {
  readonly faults: readonly NetworkFault[];
  readonly random: SeededRandom;
  onFelt(name: NetworkFaultName): void;
}

export function fateOfPacket(packet: PacketOnItsWay, deps: FateDeps): Fate {
  const { faults, random, onFelt } = deps;
  for (const fault of faults) {
    const fate = stoppedBy(fault, packet, random);
    if (fate === undefined) continue;
    onFelt(fault.name);
    return fate;
  }
  let pace: Pace = { delayMs: 0, bytesPerSecond: Infinity };
  for (const fault of faults) {
    const slowness = slownessOf(fault);
    if (slowness === undefined) continue;
    onFelt(fault.name);
    const { latencyMs, jitterMs, bytesPerSecond } = slowness;
    pace = {
      delayMs: pace.delayMs + latencyMs + jitterMs * random.fraction(),
      bytesPerSecond: Math.min(pace.bytesPerSecond, bytesPerSecond),
    };
  }
  return { kind: "arrives", pace };
}

export function slownessOf(fault: NetworkFault): Slowness | undefined {
  if (fault.name === "slow") return fault;
  return fault.name === "throttled" ? throttledTo : undefined;
}

function stoppedBy(
  fault: NetworkFault,
  { direction, bytes, behindBytes }: PacketOnItsWay,
  random: SeededRandom,
): Fate | undefined {
  switch (fault.name) {
    case "lossy":
      return random.happens(fault.share) ? { kind: "vanishes" } : undefined;
    case "halfOpen":
      return { kind: "vanishes" };
    case "answerLost":
      return direction === "down" ? { kind: "vanishes" } : undefined;
    case "closesAtByte":
      return fault.direction === direction && behindBytes + bytes > fault.byte
        ? {
            kind: "breaks",
            afterBytes: Math.max(0, fault.byte - behindBytes),
          }
        : undefined;
    default:
      // Felt when a connection opens, or by all of it at once.
      return undefined;
  }
}

/**
 * What can be wrong between a device and a server, as plain data: each fault has a name and a one-line constructor. The same
 * faults befall the links of a simulated world (`link.suffer`) and real TCP connections (the chaos proxy). SPEC WO-1.
 */
import type { SeededRandom } from "../seeded-random.ts";

export type NetworkFault =
  | { readonly name: "offline" }
  | ({ readonly name: "slow" } & Slowness)
  | {
      readonly name: "lossy";
      /** Of the packets (1,460 bytes), from 0 to 1. */
      readonly share: number;
    }
  | { readonly name: "halfOpen" }
  | ({ readonly name: "closesAtByte" } & ClosingByte)
  | { readonly name: "lateFrames" }
  | { readonly name: "repeatedFrames" }
  | { readonly name: "answerLost" }
  | { readonly name: "captivePortal" }
  | { readonly name: "throttled" }
  | { readonly name: "vpnExpires"; readonly afterMs: number }
  | { readonly name: "stripsWebSocket" }
  | { readonly name: "busy"; readonly retryAfterMs: number };

export type NetworkFaultName = NetworkFault["name"];

export interface Slowness {
  /** One way. */
  readonly latencyMs: number;
  /** Up to so much more for each packet; what was sent first still arrives first. */
  readonly jitterMs: number;
  /** Each way, shared by all connections of the device. */
  readonly bytesPerSecond: number;
}

export interface ClosingByte {
  /** Counted from 0 over a connection, the request that opens it included. */
  readonly byte: number;
  readonly direction: Direction;
}

/** From the device to the server, or back. */
export type Direction = "up" | "down";

/** No network: nothing can be opened, and what was open breaks on the device. The server is told nothing. */
export const offline = (): NetworkFault => ({ name: "offline" });

export const slow = (how: Slowness): NetworkFault => ({ name: "slow", ...how });

/** Packets vanish, and with one everything behind it on its connection; nobody is told. */
export const lossy = ({ share }: { readonly share: number }): NetworkFault => ({
  name: "lossy",
  share,
});

/** What is open, and what opens meanwhile, carries nothing any more, for good; nobody is told. */
export const halfOpen = (): NetworkFault => ({ name: "halfOpen" });

/** Every connection breaks at one byte of it; a frame cut in the middle never arrives. */
export const closesAtByte = (where: ClosingByte): NetworkFault => ({
  name: "closesAtByte",
  ...where,
});

/** Connections break on the device, and what was on its way arrives after the next one has opened. */
export const lateFrames = (): NetworkFault => ({ name: "lateFrames" });

/** Frames arrive twice: at once, and those of an old connection again on the next one. */
export const repeatedFrames = (): NetworkFault => ({ name: "repeatedFrames" });

/** What the device sends arrives and is carried out; nothing comes back, then the connection breaks. */
export const answerLost = (): NetworkFault => ({ name: "answerLost" });

/** Every request is answered 200 with a page of the network's own, and what was open breaks on the device. */
export const captivePortal = (): NetworkFault => ({ name: "captivePortal" });

/** Something passes, and nothing in time. */
export const throttled = (): NetworkFault => ({ name: "throttled" });

/** What is open falls silent, and nothing can be reached until it ends. */
export const vpnExpires = ({
  afterMs,
}: {
  readonly afterMs: number;
}): NetworkFault => ({ name: "vpnExpires", afterMs });

/** A proxy that passes requests on without their upgrade; what was open breaks on the device. */
export const stripsWebSocket = (): NetworkFault => ({
  name: "stripsWebSocket",
});

/** Every request is answered 503 with Retry-After; what is open goes on. */
export const busy = ({
  retryAfterMs,
}: {
  readonly retryAfterMs: number;
}): NetworkFault => ({ name: "busy", retryAfterMs });

/** How slow a throttled network is. */
export const throttledTo: Slowness = {
  latencyMs: 2_000,
  jitterMs: 4_000,
  bytesPerSecond: 60,
};

/** The page of a captive portal. */
export const portalPage =
  "<!doctype html><html><title>Welcome</title><p>Accept the terms to use this network.</p></html>";

const randomFaults: Readonly<
  Record<NetworkFaultName, (random: SeededRandom) => NetworkFault>
> = {
  offline,
  slow: (random) =>
    slow({
      latencyMs: random.between(50, 1_500),
      jitterMs: random.between(0, 1_000),
      bytesPerSecond: random.between(1_000, 100_000),
    }),
  lossy: (random) => lossy({ share: random.between(1, 30) / 100 }),
  halfOpen,
  closesAtByte: (random) =>
    closesAtByte({
      // Small numbers as often as large ones: the first frames matter as much as what follows.
      byte: Math.floor(2 ** (random.fraction() * 15)),
      direction: random.pick(["up", "down"]),
    }),
  lateFrames,
  repeatedFrames,
  answerLost,
  captivePortal,
  throttled,
  vpnExpires: (random) => vpnExpires({ afterMs: random.between(0, 30_000) }),
  stripsWebSocket,
  busy: (random) => busy({ retryAfterMs: random.between(1_000, 120_000) }),
};

/** In alphabetical order. */
export const networkFaultNames = Object.keys(randomFaults).toSorted();

/** Any of them, each as often as the others. */
export function randomNetworkFault(random: SeededRandom): NetworkFault {
  const make = random.pick(Object.values(randomFaults));
  return make(random);
}

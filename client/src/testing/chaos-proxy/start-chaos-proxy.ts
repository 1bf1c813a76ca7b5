import { systemClock, systemTimers } from "../../system-runtime.ts";
import type {
  NetworkFault,
  NetworkFaultName,
} from "../network/network-faults.ts";
import { SeededRandom } from "../seeded-random.ts";
import { ChaosProxy } from "./chaos-proxy.ts";

export interface ChaosProxyOptions {
  /** Where the server listens, `http://host:port`. */
  readonly to: string;
  /** On this machine. Default: one that is free. */
  readonly port?: number;
  /** Faults that are on from the start. */
  readonly faults?: readonly NetworkFault[];
  /** What is lost, and how late what is late comes, is chance; the same seed draws the same. */
  readonly seed?: number;
  /** A fault has touched a connection; told each time. */
  readonly onFelt?: (name: NetworkFaultName) => void;
}

/**
 * Stands between real devices, or browsers, and a real server, on a port of its own. Throws where it cannot listen.
 *
 * A server that is to be reached through it by a browser's pages must allow the proxy's `url` as an origin.
 */
export async function startChaosProxy({
  to,
  port = 0,
  faults = [],
  seed = 1,
  onFelt = () => undefined,
}: ChaosProxyOptions): Promise<ChaosProxy> {
  const url = new URL(to);
  if (url.protocol !== "http:")
    throw new Error("a chaos proxy leads to an http: address");
  const proxy = await ChaosProxy.open({
    to: {
      // As a socket is told it: without the brackets of IPv6.
      host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: Number(url.port || 80),
    },
    port,
    clock: systemClock,
    timers: systemTimers,
    random: new SeededRandom(seed),
    onFelt,
  });
  for (const fault of faults) proxy.suffer(fault);
  return proxy;
}

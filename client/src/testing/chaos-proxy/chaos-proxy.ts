/**
 * The network between one device, or browser, and a server, over real TCP: a relay to which the same faults are done as to the
 * links of a simulated world. Without any, bytes pass unread and unchanged: both sides speak to each other as they ship.
 * SPEC WO-40 to WO-46.
 */
import type { Clock, Timer, Timers } from "@suture/schema";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

import {
  portalPage,
  type NetworkFault,
  type NetworkFaultName,
} from "../network/network-faults.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { slownessOf } from "./fate-of-packet.ts";
import { RelayedConnection } from "./relayed-connection.ts";
import { StandIn, type NetworkAnswer, type ServerAddress } from "./stand-in.ts";

export interface ChaosProxyDeps {
  readonly to: ServerAddress;
  /** On this machine; 0 for any that is free. */
  readonly port: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: SeededRandom;
  /** A fault has touched a connection; told each time. */
  onFelt(name: NetworkFaultName): void;
}

/** A fault that is on. */
interface Suffered {
  readonly fault: NetworkFault;
  isExpired: boolean;
  expiry: Timer | undefined;
}

interface SentFrame {
  readonly connection: RelayedConnection;
  readonly frame: Uint8Array;
}

const host = "127.0.0.1";
/** Of an old connection, to be repeated. */
const mostFrames = 64;

export class ChaosProxy {
  readonly #deps: ChaosProxyDeps;
  readonly #server: Server;
  readonly #standIn: StandIn;
  readonly #connections = new Set<RelayedConnection>();
  readonly #lines = { up: { freeAtMs: 0 }, down: { freeAtMs: 0 } };
  readonly #suffered = new Set<Suffered>();
  readonly #felt = new Set<NetworkFaultName>();
  #sentFrames: readonly SentFrame[] = [];

  private constructor(deps: ChaosProxyDeps, standIn: StandIn) {
    this.#deps = deps;
    this.#standIn = standIn;
    this.#server = createServer({ allowHalfOpen: true }, (device) =>
      this.#accept(device),
    );
  }

  static async open(deps: ChaosProxyDeps): Promise<ChaosProxy> {
    const standIn = await StandIn.open({
      to: deps.to,
      answer: () => proxy.#answerOfNetwork(),
    });
    const proxy: ChaosProxy = new ChaosProxy(deps, standIn);
    proxy.#server.listen(deps.port, host);
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** Where devices find the server. */
  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string")
      throw new Error("the proxy is closed");
    return `http://${host}:${address.port}`;
  }

  /** Those that are on, in the order in which they began. */
  get faults(): readonly NetworkFault[] {
    return [...this.#suffered].map(({ fault }) => fault);
  }

  /** Those that have touched a connection: a test under a fault that nobody felt shows nothing. */
  get felt(): ReadonlySet<NetworkFaultName> {
    return this.#felt;
  }

  /** A fault begins, beside those that are on. It ends when the function given back is called. */
  suffer(fault: NetworkFault): () => void {
    const suffered: Suffered = { fault, isExpired: false, expiry: undefined };
    this.#suffered.add(suffered);
    this.#begin(suffered);
    return () => this.#end(suffered);
  }

  /** All faults end. What they have broken, or silenced, stays so. */
  heal(): void {
    for (const suffered of this.#suffered) this.#end(suffered);
  }

  /** Every connection ends. */
  async close(): Promise<void> {
    this.heal();
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const connection of this.#connections) connection.close();
    this.#standIn.close();
    await closed;
  }

  #begin(suffered: Suffered): void {
    const { fault } = suffered;
    switch (fault.name) {
      case "offline":
      case "captivePortal":
      case "stripsWebSocket":
        this.#toAll(fault, (connection) => connection.breakOnDevice());
        break;
      case "busy":
        for (const connection of this.#connections)
          // Requests follow each other on it: the next one would pass the fault by.
          if (!connection.isWebSocket) connection.breakOnDevice();
        break;
      case "halfOpen":
        this.#toAll(fault, (connection) => connection.silence());
        break;
      case "vpnExpires":
        suffered.expiry = this.#deps.timers.after(fault.afterMs, () => {
          suffered.isExpired = true;
          this.#toAll(fault, (connection) => connection.silence());
        });
        break;
      case "closesAtByte":
        for (const connection of this.#connections) connection.countAnew();
        break;
      case "lateFrames":
        for (const connection of this.#connections)
          if (connection.isWebSocket) connection.holdUp();
        break;
      default:
        // Done to what is sent from now on.
        break;
    }
  }

  #end(suffered: Suffered): void {
    const { fault, expiry } = suffered;
    this.#suffered.delete(suffered);
    expiry?.cancel();
    if (fault.name === "repeatedFrames") this.#sentFrames = [];
    for (const connection of this.#connections) {
      if (fault.name === "lateFrames") connection.letThrough();
      if (slownessOf(fault) !== undefined) connection.hurry();
    }
  }

  #toAll(
    { name }: NetworkFault,
    happen: (connection: RelayedConnection) => void,
  ): void {
    for (const connection of this.#connections) {
      this.#feel(name);
      happen(connection);
    }
  }

  #accept(device: Socket): void {
    const { to, clock, timers, random } = this.#deps;
    const barrier = [...this.#suffered].find(
      ({ fault, isExpired }) => fault.name === "offline" || isExpired,
    );
    if (barrier !== undefined) {
      this.#feel(barrier.fault.name);
      device.on("error", () => undefined).destroy();
      return;
    }
    const connection: RelayedConnection = new RelayedConnection({
      device,
      server: connect({
        ...(this.#inTheWay() === undefined ? to : this.#standIn.address),
        allowHalfOpen: true,
      }),
      clock,
      timers,
      random,
      lines: this.#lines,
      faults: () => this.faults,
      onFelt: (name) => this.#feel(name),
      onUpgraded: () => {
        for (const other of this.#connections)
          if (other !== connection) other.letThrough();
      },
      framesBehind: (frame, isFirst) =>
        this.#framesBehind({ connection, frame }, isFirst),
      onClosed: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }

  #feel(name: NetworkFaultName): void {
    this.#felt.add(name);
    this.#deps.onFelt(name);
  }

  /** What answers in the server's place, the first that does. */
  #inTheWay(): NetworkFault | undefined {
    return this.faults.find(
      ({ name }) =>
        name === "captivePortal" ||
        name === "stripsWebSocket" ||
        name === "busy",
    );
  }

  #answerOfNetwork(): NetworkAnswer | undefined {
    const fault = this.#inTheWay();
    if (fault !== undefined) this.#feel(fault.name);
    switch (fault?.name) {
      case "captivePortal":
        return {
          status: 200,
          headers: { "content-type": "text/html" },
          body: portalPage,
        };
      case "busy":
        return {
          status: 503,
          headers: {
            "retry-after": String(Math.ceil(fault.retryAfterMs / 1_000)),
          },
          body: "",
        };
      default:
        return undefined;
    }
  }

  /** The first frame introduces the device, and is said once: behind it comes what older connections had carried. */
  #framesBehind(sent: SentFrame, isFirst: boolean): readonly Uint8Array[] {
    if (this.faults.every(({ name }) => name !== "repeatedFrames")) return [];
    if (!isFirst) {
      this.#sentFrames = [...this.#sentFrames, sent].slice(-mostFrames);
      this.#feel("repeatedFrames");
      return [sent.frame];
    }
    const older = this.#sentFrames;
    this.#sentFrames = [];
    return older.map(({ frame }) => frame);
  }
}

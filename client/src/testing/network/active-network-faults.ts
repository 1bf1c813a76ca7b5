/**
 * The faults that a link suffers from, and what they do to its connections. A fault ends where nobody is told of its end: what
 * it killed stays dead, what it held back still arrives. SPEC WO-3 to WO-8.
 */
import type { SeededRandom } from "../seeded-random.ts";
import type { HttpAnswer } from "../server-in-world.ts";
import type { SimulatedTime } from "../simulated-time.ts";
import type { Connection, Fate } from "./connection.ts";
import { packetBytes } from "./lane.ts";
import {
  portalPage,
  throttledTo,
  type Direction,
  type NetworkFault,
  type NetworkFaultName,
  type Slowness,
} from "./network-faults.ts";

export interface ActiveNetworkFaultsDeps {
  readonly time: SimulatedTime;
  readonly random: SeededRandom;
  /** Those that are open for anybody, in the order in which they were opened. */
  connections(): readonly Connection[];
}

/** A frame in front of the end that it was sent to. */
export interface ArrivingFrame {
  readonly connection: Connection;
  readonly direction: Direction;
  /** Which of its connection and direction, from 0. */
  readonly index: number;
  readonly frame: Uint8Array;
  deliver(frame: Uint8Array): void;
}

interface Suffering {
  readonly fault: NetworkFault;
  /** What had passed of the connections that were there before. */
  readonly leftBefore: ReadonlyMap<
    Connection,
    Readonly<Record<Direction, number>>
  >;
  felt(): void;
  /** A VPN's connection is gone. */
  isExpired: boolean;
}

/** From the loss of an answer to the end of its connection. */
const breaksAfterMs = 2_000;
/** Of the frames that a device sends, how many break their connection and arrive late. */
const lateShare = 0.25;
const repeatedShare = 0.2;
/** Of the frames of an old connection, how many come again on the next one. */
const repeatedAfterwards = 3;
const aMomentMs = 300;

export class ActiveNetworkFaults {
  onFelt: (name: NetworkFaultName) => void = () => undefined;
  readonly #deps: ActiveNetworkFaultsDeps;
  readonly #sufferings = new Set<Suffering>();
  /** Connections whose frames wait for the next one. */
  readonly #late = new Map<Connection, Suffering>();
  readonly #answerLost = new WeakSet<Connection>();
  #recent: Uint8Array[] = [];

  constructor(deps: ActiveNetworkFaultsDeps) {
    this.#deps = deps;
  }

  get all(): readonly NetworkFault[] {
    return [...this.#sufferings].map(({ fault }) => fault);
  }

  /** Gives back what ends it. */
  begin(fault: NetworkFault): () => void {
    const suffering = this.#suffering(fault);
    this.#sufferings.add(suffering);
    switch (fault.name) {
      case "offline":
        this.#breakForDevice(suffering);
        break;
      case "captivePortal":
      case "stripsWebSocket":
        this.#breakForDevice();
        break;
      case "halfOpen":
        for (const connection of this.#deps.connections())
          silence(connection, suffering);
        break;
      case "vpnExpires":
        this.#deps.time.after(fault.afterMs, () => {
          if (!this.#sufferings.has(suffering)) return;
          suffering.isExpired = true;
          for (const connection of this.#deps.connections())
            silence(connection, suffering);
        });
        break;
      default:
    }
    return () => void this.#sufferings.delete(suffering);
  }

  endAll(): void {
    this.#sufferings.clear();
  }

  /** Whether the device knows at once that it reaches nobody. */
  isOffline(): boolean {
    return this.#meet("offline") !== undefined;
  }

  /** Whether nobody answers, whatever is sent. */
  isUnanswered(): boolean {
    const expired = [...this.#sufferings].find(({ isExpired }) => isExpired);
    expired?.felt();
    return expired !== undefined;
  }

  /** What answers a request in the server's place. */
  answerInstead(): HttpAnswer | undefined {
    if (this.#meet("captivePortal") !== undefined)
      return {
        status: 200,
        headers: { "content-type": "text/html; charset=utf-8" },
        body: portalPage,
      };
    const busy = this.#meet("busy");
    return busy && { status: 503, headers: retryAfter(busy.fault), body: "" };
  }

  /** Whether a request for a socket arrives as a plain one. */
  stripsUpgrade(): boolean {
    return this.#meet("stripsWebSocket") !== undefined;
  }

  bytesPerSecond(): number {
    return Math.min(...this.#slownesses().map((how) => how.bytesPerSecond));
  }

  /** What is to be added to the link's own latency, for one parcel. */
  delayMs(): number {
    return this.#slownesses().reduce(
      (sum, { latencyMs, jitterMs }) =>
        sum +
        latencyMs +
        (jitterMs > 0 ? this.#deps.random.between(0, jitterMs) : 0),
      0,
    );
  }

  fateOf(connection: Connection, direction: Direction, bytes: number): Fate {
    let fate: Fate = "arrives";
    for (const suffering of this.#sufferings) {
      const { fault, leftBefore } = suffering;
      if (fault.name === "slow" || fault.name === "throttled") suffering.felt();
      if (fault.name === "closesAtByte" && fault.direction === direction) {
        const before = leftBefore.get(connection)?.[direction] ?? 0;
        const from = connection.leftBytes[direction] - before;
        if (from <= fault.byte && fault.byte < from + bytes) {
          suffering.felt();
          fate = "breaks";
        }
      }
      if (fault.name === "lossy" && this.#isAnyLost(fault.share, bytes)) {
        suffering.felt();
        connection.silence(direction, suffering.felt);
        return "vanishes";
      }
    }
    return fate;
  }

  /** A socket has opened, as the device sees it. */
  opened(connection: Connection): void {
    const halfOpen = this.#find("halfOpen");
    if (halfOpen !== undefined) silence(connection, halfOpen);
  }

  /** The device sends a frame; `index` as in `ArrivingFrame`. */
  sendingUp(connection: Connection, index: number): void {
    const suffering = this.#find("lateFrames");
    if (suffering === undefined || index === 0 || this.#late.has(connection))
      return;
    if (!this.#deps.random.happens(lateShare)) return;
    this.#late.set(connection, suffering);
    connection.holdUp();
    connection.silence("down", () => undefined);
    this.#deps.time.after(aMomentMs, () => connection.drop("device"));
  }

  /** A request that asks for no socket is in front of the server. */
  fetchArrived(connection: Connection): void {
    const suffering = this.#find("answerLost");
    if (suffering !== undefined) this.#loseAnswers(connection, suffering);
  }

  frameArrived(arriving: ArrivingFrame): void {
    const { connection, direction, index, frame, deliver } = arriving;
    const answerLost = this.#find("answerLost");
    const isOfRunning = index > 0 || answerLost?.leftBefore.has(connection);
    if (answerLost !== undefined && direction === "up" && isOfRunning === true)
      this.#loseAnswers(connection, answerLost);
    deliver(frame);
    if (index > 0) this.#repeat(arriving);
    else if (direction === "up") this.#comeAfter(arriving);
  }

  /** What was left of older connections comes once a new one is in use. */
  #comeAfter({ connection, deliver }: ArrivingFrame): void {
    const { time, random } = this.#deps;
    for (const [late, suffering] of this.#late) {
      if (late === connection) continue;
      this.#late.delete(late);
      time.after(random.between(0, 5 * aMomentMs), () => {
        if (late.letThrough() > 0) suffering.felt();
      });
    }
    const repeated = this.#recent;
    this.#recent = [];
    const suffering = this.#find("repeatedFrames");
    if (suffering === undefined || repeated.length === 0) return;
    time.after(aMomentMs, () => {
      suffering.felt();
      for (const frame of repeated) deliver(frame);
    });
  }

  #repeat({ direction, frame, deliver }: ArrivingFrame): void {
    const suffering = this.#find("repeatedFrames");
    if (suffering === undefined) return;
    if (direction === "up")
      this.#recent = [...this.#recent, frame].slice(-repeatedAfterwards);
    if (!this.#deps.random.happens(repeatedShare)) return;
    suffering.felt();
    deliver(frame);
  }

  #loseAnswers(connection: Connection, { felt }: Suffering): void {
    if (this.#answerLost.has(connection)) return;
    this.#answerLost.add(connection);
    connection.silence("down", felt);
    this.#deps.time.after(breaksAfterMs, () => connection.break());
  }

  /** The device is on another network: what was open is dead, and the server is not told. */
  #breakForDevice(suffering?: Suffering): void {
    for (const connection of this.#deps.connections()) {
      suffering?.felt();
      connection.silence("up", () => undefined);
      connection.silence("down", () => undefined);
      connection.lose("device");
    }
  }

  #isAnyLost(share: number, bytes: number): boolean {
    const packets = Math.max(1, Math.ceil(bytes / packetBytes));
    return this.#deps.random.happens(1 - (1 - share) ** packets);
  }

  #slownesses(): readonly Slowness[] {
    if (this.#sufferings.size === 0) return [];
    return this.all.flatMap((fault) =>
      fault.name === "slow"
        ? [fault]
        : fault.name === "throttled"
          ? [throttledTo]
          : [],
    );
  }

  #find(name: NetworkFaultName): Suffering | undefined {
    for (const suffering of this.#sufferings)
      if (suffering.fault.name === name) return suffering;
    return undefined;
  }

  #meet(name: NetworkFaultName): Suffering | undefined {
    const suffering = this.#find(name);
    suffering?.felt();
    return suffering;
  }

  #suffering(fault: NetworkFault): Suffering {
    let isFelt = false;
    return {
      fault,
      leftBefore: new Map(
        this.#deps
          .connections()
          .map((connection) => [connection, { ...connection.leftBytes }]),
      ),
      isExpired: false,
      felt: () => {
        if (isFelt) return;
        isFelt = true;
        this.onFelt(fault.name);
      },
    };
  }
}

function silence(connection: Connection, { felt }: Suffering): void {
  connection.silence("up", felt);
  connection.silence("down", felt);
}

function retryAfter(fault: NetworkFault): Readonly<Record<string, string>> {
  return fault.name === "busy"
    ? { "retry-after": String(Math.ceil(fault.retryAfterMs / 1_000)) }
    : {};
}

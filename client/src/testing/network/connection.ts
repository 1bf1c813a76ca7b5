/**
 * One connection between a device and the server: bytes each way, in order, until it ends. Either side is told of its end, or
 * is not: a connection can be dead for one side and open for the other, as real ones are.
 */
import type { Lane, Parcel } from "./lane.ts";
import type { Direction } from "./network-faults.ts";

export type Side = "device" | "server";

/** What becomes of a parcel that has left. */
export type Fate = "arrives" | "vanishes" | "breaks";

export interface ConnectionDeps {
  /** In the order in which they were opened. */
  readonly number: number;
  readonly lanes: Readonly<Record<Direction, Lane>>;
  fateOf(connection: Connection, direction: Direction, bytes: number): Fate;
  /** Both sides are done with it. */
  onOver(connection: Connection): void;
}

/** The bytes of the segments that end a connection. */
const endBytes = 40;

class Flow {
  readonly send: (parcel: Parcel) => void;
  unarrivedBytes = 0;
  /** Told of each parcel that vanishes, once nothing passes any more. */
  onVanished: (() => void) | undefined;
  /** What has arrived in front of the server and is not let through yet. */
  held: (() => void)[] | undefined;

  constructor(lane: Lane) {
    this.send = lane.open();
  }
}

export class Connection {
  readonly number: number;
  readonly #deps: ConnectionDeps;
  readonly #flows: Readonly<Record<Direction, Flow>>;
  readonly #onLost: Record<Side, (() => void) | undefined> = {
    device: undefined,
    server: undefined,
  };
  readonly #isDone: Record<Side, boolean> = { device: false, server: false };
  /** Bytes that have left, each way. */
  readonly leftBytes: Record<Direction, number> = { up: 0, down: 0 };

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
    this.number = deps.number;
    this.#flows = {
      up: new Flow(deps.lanes.up),
      down: new Flow(deps.lanes.down),
    };
  }

  /** Whether a side still holds it open. */
  isOpenFor(side: Side): boolean {
    return !this.#isDone[side];
  }

  /** Sent and not arrived. */
  unarrivedBytes(direction: Direction): number {
    return this.#flows[direction].unarrivedBytes;
  }

  /** Sends something whole: `arrive` is called when all of it is there, if that ever happens. */
  send(direction: Direction, bytes: number, arrive: () => void): void {
    const flow = this.#flows[direction];
    flow.unarrivedBytes += bytes;
    let fate: Fate = "arrives";
    flow.send({
      bytes,
      leave: () => {
        flow.onVanished?.();
        if (flow.onVanished !== undefined) return false;
        fate = this.#deps.fateOf(this, direction, bytes);
        this.leftBytes[direction] += bytes;
        return fate !== "vanishes";
      },
      arrive: () => {
        flow.unarrivedBytes -= bytes;
        if (fate === "breaks") this.break();
        else if (flow.held === undefined) arrive();
        else flow.held.push(arrive);
      },
    });
  }

  /** From now on nothing that is sent this way arrives. */
  silence(direction: Direction, onVanished: () => void): void {
    this.#flows[direction].onVanished ??= onVanished;
  }

  /** What arrives in front of the server waits there until `letThrough`. */
  holdUp(): void {
    this.#flows.up.held ??= [];
  }

  /** Answers how much had waited. */
  letThrough(): number {
    const held = this.#flows.up.held ?? [];
    this.#flows.up.held = undefined;
    for (const arrive of held) arrive();
    return held.length;
  }

  /** Who is told when the connection is lost for a side: once, and nobody who was set before. */
  whenLost(side: Side, told: () => void): void {
    this.#onLost[side] = told;
  }

  /** One side learns that there is no connection any more. */
  lose(side: Side): void {
    const told = this.#onLost[side];
    this.done(side);
    told?.();
  }

  /** Both sides learn it. */
  break(): void {
    this.lose("device");
    this.lose("server");
  }

  /** A side is gone, with whoever would be told of anything; its machine tells the other side, if that is still possible. */
  abandon(side: Side): void {
    if (this.#isDone[side]) return;
    this.done(side);
    this.#sendEnd(side);
  }

  /** A side loses it, and its machine tells the other, if that is still possible. */
  drop(side: Side): void {
    if (this.#isDone[side]) return;
    this.lose(side);
    this.#sendEnd(side);
  }

  /** A side has closed it in good order. */
  done(side: Side): void {
    this.#onLost[side] = undefined;
    if (this.#isDone[side]) return;
    this.#isDone[side] = true;
    if (this.#isDone.device && this.#isDone.server) this.#deps.onOver(this);
  }

  #sendEnd(from: Side): void {
    if (from === "device") this.send("up", endBytes, () => this.lose("server"));
    else this.send("down", endBytes, () => this.lose("device"));
  }
}

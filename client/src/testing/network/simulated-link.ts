/**
 * The line between one device and the server: connections of bytes, which arrive in order after some time, late, or never. It
 * may suffer from any number of faults at once; whether one was felt, who asks is told. SPEC WO-1, WO-2.
 */
import { err, ok } from "@suture/schema";

import type { Fetch } from "../../identity/identity-request.ts";
import { retryAfterMsOfHeader, type Connect } from "../../sync/connect.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type {
  HttpAnswer,
  ServerInWorld,
  UpgradeRequest,
} from "../server-in-world.ts";
import type { SimulatedTime } from "../simulated-time.ts";
import { ActiveNetworkFaults } from "./active-network-faults.ts";
import { Connection, type Side } from "./connection.ts";
import { answerBytes, requestBytes } from "./http-bytes.ts";
import { Lane } from "./lane.ts";
import type {
  Direction,
  NetworkFault,
  NetworkFaultName,
} from "./network-faults.ts";
import { SocketEnd } from "./socket-end.ts";

export interface LinkDeps {
  readonly time: SimulatedTime;
  readonly random: SeededRandom;
  /** Undefined while it is down. */
  server(): ServerInWorld | undefined;
}

/** What passes a link, for whoever watches it. */
export interface LinkEvent {
  /** `sent` by one end, or `arrived` at the other: in order, late, twice or never. */
  readonly kind: "sent" | "arrived";
  readonly direction: Direction;
  /** Rises with each connection of the link. */
  readonly connection: number;
  readonly frame: Uint8Array;
  readonly atMs: number;
}

/** As the product gives up by itself (`connect-websocket`), and as Node's `fetch` does. */
const patienceMs = { upgrade: 10_000, connect: 10_000, fetch: 300_000 };
/** Who reaches no network knows at once. */
const refusedAfterMs = 1;

/** How long somebody waits for an answer. */
interface Patience {
  readonly waitMs: number;
  readonly signal?: AbortSignal | null | undefined;
}

/** What a request is answered, on its way back. */
interface Answer<T> {
  readonly bytes: number;
  readonly value: T;
  /** It is there: what becomes of the connection. */
  readonly arrived: () => void;
}

export class SimulatedLink {
  /** One way, where nothing makes it slower. */
  latencyMs = 20;
  readonly #deps: LinkDeps;
  readonly #faults: ActiveNetworkFaults;
  readonly #lanes: Readonly<Record<Direction, Lane>>;
  readonly #connections = new Set<Connection>();
  readonly #watchers = new Set<(event: LinkEvent) => void>();
  #opened = 0;

  constructor(deps: LinkDeps) {
    this.#deps = deps;
    const { time, random } = deps;
    const faults = new ActiveNetworkFaults({
      time,
      random,
      connections: () => [...this.#connections],
    });
    const lane = () =>
      new Lane({
        time,
        bytesPerSecond: () => faults.bytesPerSecond(),
        delayMs: () => this.latencyMs + faults.delayMs(),
      });
    this.#faults = faults;
    this.#lanes = { up: lane(), down: lane() };
  }

  /** What it suffers from now. */
  get faults(): readonly NetworkFault[] {
    return this.#faults.all;
  }

  /** Called once for each fault suffered, when it first does something to bytes or to whoever wants to send some. */
  set onFelt(felt: (name: NetworkFaultName) => void) {
    this.#faults.onFelt = felt;
  }

  /** Begins a fault, beside those there are. Gives back what ends it. */
  suffer(fault: NetworkFault): () => void {
    const end = this.#faults.begin(fault);
    this.#refreshLanes();
    return () => {
      end();
      this.#refreshLanes();
    };
  }

  /** Ends all faults. A connection that is dead stays dead, until somebody notices. */
  heal(): void {
    this.#faults.endAll();
    this.#refreshLanes();
  }

  /** Every open connection breaks, and both ends are told at once. */
  cut(): void {
    for (const connection of this.#connections) connection.break();
  }

  /** The process on one side is gone; its machine tells the other side, as far as the network lets it. */
  hangUp(side: Side): void {
    for (const connection of this.#connections) connection.abandon(side);
  }

  /** Tells of every frame that is sent and that arrives. Gives back what stops that. */
  watch(watcher: (event: LinkEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  readonly connect: Connect = async ({ url, prove }) => {
    const request = {
      url: url.replace(/^ws/, "http"),
      headers: lowerCased(await prove("GET", url)),
    };
    const answer = await this.#ask<HttpAnswer | SocketEnd>(
      requestBytes(request, ""),
      { waitMs: patienceMs.upgrade },
      (connection) => this.#upgrade(connection, request),
    );
    if (answer === undefined) return err({ kind: "unreachable" });
    if (answer instanceof SocketEnd) return ok(answer);
    return err({
      kind: "answered",
      status: answer.status,
      contentType: answer.headers["content-type"] ?? "",
      body: answer.body,
      dpopNonce: answer.headers["dpop-nonce"],
      retryAfterMs: retryAfterMsOfHeader(answer.headers["retry-after"]),
    });
  };

  readonly fetch: Fetch = async (url, init) => {
    const request = new Request(url, init);
    const headers = Object.fromEntries(request.headers);
    const body = await request.clone().text();
    const answer = await this.#ask(
      requestBytes({ url, headers }, body),
      { waitMs: patienceMs.fetch, signal: init.signal },
      async (connection) => {
        this.#faults.fetchArrived(connection);
        const server = this.#deps.server();
        const answer =
          this.#faults.answerInstead() ??
          (server && (await plainAnswer(server, request)));
        return answer && inBytes(answer, connection);
      },
    );
    // Who was given up on meanwhile is not told of an answer.
    init.signal?.throwIfAborted();
    if (answer === undefined) throw new TypeError("fetch failed");
    return new Response(answer.body === "" ? null : answer.body, answer);
  };

  async #upgrade(
    connection: Connection,
    request: UpgradeRequest,
  ): Promise<Answer<HttpAnswer | SocketEnd> | undefined> {
    const instead = this.#faults.answerInstead();
    if (instead !== undefined) return inBytes(instead, connection);
    const server = this.#deps.server();
    if (server === undefined) return undefined;
    if (this.#faults.stripsUpgrade()) {
      const plain = new Request(request.url, { headers: request.headers });
      return inBytes(await plainAnswer(server, plain), connection);
    }
    const answer = await server.upgrade(request);
    if (!answer.isAccepted) return inBytes(answer, connection);
    if (!connection.isOpenFor("server")) return undefined;
    const ends = this.#socketOn(connection);
    ends.server.take();
    answer.accept(ends.server);
    return {
      bytes: answerBytes({ headers: {}, body: "" }),
      value: ends.device,
      arrived: () => {
        ends.device.take();
        this.#faults.opened(connection);
      },
    };
  }

  /** One request over a connection of its own. Undefined where no answer comes, however that shows. */
  #ask<T>(
    bytes: number,
    patience: Patience,
    answerOf: (connection: Connection) => Promise<Answer<T> | undefined>,
  ): Promise<T | undefined> {
    const { time } = this.#deps;
    return new Promise((resolve) => {
      const fails = () => resolve(undefined);
      if (this.#faults.isOffline()) {
        time.after(refusedAfterMs, fails);
        return;
      }
      if (this.#faults.isUnanswered()) {
        time.after(patienceMs.connect, fails);
        patience.signal?.addEventListener("abort", fails);
        return;
      }
      const connection = this.#open();
      const giveUp = () => connection.drop("device");
      const deadline = time.after(patience.waitMs, giveUp);
      patience.signal?.addEventListener("abort", giveUp);
      connection.whenLost("device", () => {
        deadline.cancel();
        fails();
      });
      const refuse = () => connection.drop("server");
      const answered = (answer: Answer<T> | undefined) => {
        if (answer === undefined) return refuse();
        connection.send("down", answer.bytes, () => {
          if (!connection.isOpenFor("device")) return;
          deadline.cancel();
          answer.arrived();
          resolve(answer.value);
        });
      };
      connection.send("up", bytes, () => {
        // A server whose own code fails answers nothing that anybody could read.
        answerOf(connection).then(answered, refuse);
      });
    });
  }

  #open(): Connection {
    const connection = new Connection({
      number: this.#opened,
      lanes: this.#lanes,
      fateOf: (...parcel) => this.#faults.fateOf(...parcel),
      onOver: () => void this.#connections.delete(connection),
    });
    this.#opened += 1;
    this.#connections.add(connection);
    return connection;
  }

  #socketOn(connection: Connection): Readonly<Record<Side, SocketEnd>> {
    const { time } = this.#deps;
    const sent: Record<Direction, number> = { up: 0, down: 0 };
    const endOf = (side: Side, direction: Direction, other: () => SocketEnd) =>
      new SocketEnd({
        time,
        connection,
        side,
        other,
        sendFrame: (frame, bytes) => {
          const index = sent[direction];
          sent[direction] += 1;
          const passing = { connection, direction, index, frame };
          this.#tell("sent", passing);
          if (direction === "up") this.#faults.sendingUp(connection, index);
          connection.send(direction, bytes, () =>
            this.#faults.frameArrived({
              ...passing,
              deliver: (arrived) => {
                this.#tell("arrived", { ...passing, frame: arrived });
                other().receive(arrived);
              },
            }),
          );
        },
      });
    const device: SocketEnd = endOf("device", "up", () => server);
    const server: SocketEnd = endOf("server", "down", () => device);
    return { device, server };
  }

  #tell(
    kind: LinkEvent["kind"],
    passing: {
      readonly connection: Connection;
      readonly direction: Direction;
      readonly frame: Uint8Array;
    },
  ): void {
    const { connection, direction, frame } = passing;
    const { nowMs: atMs } = this.#deps.time;
    for (const watcher of this.#watchers)
      watcher({ kind, direction, connection: connection.number, frame, atMs });
  }

  #refreshLanes(): void {
    this.#lanes.up.refresh();
    this.#lanes.down.refresh();
  }
}

async function plainAnswer(
  server: ServerInWorld,
  request: Request,
): Promise<HttpAnswer> {
  const response = await server.fetch(request);
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}

function inBytes(
  answer: HttpAnswer,
  connection: Connection,
): Answer<HttpAnswer> {
  return {
    bytes: answerBytes(answer),
    value: answer,
    arrived: () => {
      connection.done("device");
      connection.done("server");
    },
  };
}

function lowerCased(
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/**
 * The line between one device and the server: whole frames in order, each after some time, or not at all.
 */
import {
  err,
  ok,
  type MessageSocket,
  type SocketListener,
} from "@suture/schema";

import type { Fetch } from "../../identity/identity-request.ts";
import type { Connect } from "../../sync/connect.ts";
import type { ServerInWorld } from "../server-in-world.ts";
import type { SimulatedTime } from "../simulated-time.ts";

export interface LinkDeps {
  readonly time: SimulatedTime;
  /** Undefined while it is down. */
  server(): ServerInWorld | undefined;
}

export class SimulatedLink {
  readonly #deps: LinkDeps;
  readonly #lines = new Set<Line>();
  latencyMs = 20;
  isOffline = false;

  constructor(deps: LinkDeps) {
    this.#deps = deps;
  }

  readonly connect: Connect = async ({ url, headers }) => {
    await this.#travel();
    const server = this.#reachable();
    if (server === undefined) return err({ kind: "unreachable" });
    const answer = await server.upgrade({
      url: url.replace(/^ws/, "http"),
      headers: lowerCased(headers),
    });
    await this.#travel();
    if (!answer.isAccepted)
      return err({
        kind: "answered",
        status: answer.status,
        contentType: answer.headers["content-type"] ?? "",
        body: answer.body,
        dpopNonce: answer.headers["dpop-nonce"],
      });
    const line = new Line(this.#deps.time, () => this.latencyMs);
    this.#lines.add(line);
    answer.accept(line.server);
    return ok(line.client);
  };

  readonly fetch: Fetch = async (url, init) => {
    await this.#travel();
    const server = this.#reachable();
    if (server === undefined) throw new TypeError("fetch failed");
    const response = await server.fetch(new Request(url, init));
    await this.#travel();
    return response;
  };

  /** Every open connection breaks: both ends see 1006. */
  cut(): void {
    for (const line of this.#lines) line.cut();
    this.#lines.clear();
  }

  #reachable(): ServerInWorld | undefined {
    return this.isOffline ? undefined : this.#deps.server();
  }

  #travel(): Promise<void> {
    return new Promise((resolve) => {
      this.#deps.time.after(this.latencyMs, resolve);
    });
  }
}

function lowerCased(
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

class Line {
  readonly client: LineEnd;
  readonly server: LineEnd;

  constructor(time: SimulatedTime, latencyMs: () => number) {
    const send = (to: () => LineEnd) => (deliver: (end: LineEnd) => void) =>
      void time.after(latencyMs(), () => deliver(to()));
    this.client = new LineEnd(send(() => this.server));
    this.server = new LineEnd(send(() => this.client));
  }

  cut(): void {
    this.client.end(1006, "");
    this.server.end(1006, "");
  }
}

class LineEnd implements MessageSocket {
  readonly #sendToOther: (deliver: (end: LineEnd) => void) => void;
  #listener: SocketListener | undefined;
  readonly #early: Uint8Array[] = [];
  #isOpen = true;
  #isDone = false;
  readonly bufferedBytes = 0;

  constructor(sendToOther: (deliver: (end: LineEnd) => void) => void) {
    this.#sendToOther = sendToOther;
  }

  listen(listener: SocketListener): void {
    this.#listener = listener;
    for (const frame of this.#early.splice(0)) listener.onFrame(frame);
  }

  send(frame: Uint8Array): void {
    if (!this.#isOpen) return;
    const copy = frame.slice();
    this.#sendToOther((other) => other.receive(copy));
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#sendToOther((other) => other.end(code, reason));
    this.end(code, reason);
  }

  receive(frame: Uint8Array): void {
    if (this.#isDone) return;
    if (this.#listener === undefined) this.#early.push(frame);
    else this.#listener.onFrame(frame);
  }

  end(code: number, reason: string): void {
    this.#isOpen = false;
    if (this.#isDone) return;
    this.#isDone = true;
    this.#listener?.onClose(code, reason);
  }
}

/** A server of a simulated link that takes every socket, says back what it hears, and remembers it. */
import type { MessageSocket } from "@suture/schema";

import { SeededRandom } from "../seeded-random.ts";
import type { ServerInWorld } from "../server-in-world.ts";
import { SimulatedTime } from "../simulated-time.ts";
import { systemTurn } from "../system-turn.ts";
import type { NetworkFault } from "./network-faults.ts";
import { SimulatedLink } from "./simulated-link.ts";

export class EchoServer implements ServerInWorld {
  /** What was heard on each socket, in the order in which they were accepted, as numbers; then how it closed. */
  readonly heard: (number | string)[][] = [];
  readonly sockets: MessageSocket[] = [];
  readonly requests: string[] = [];
  isEchoing = true;

  upgrade() {
    return Promise.resolve({
      isAccepted: true as const,
      accept: (socket: MessageSocket) => {
        const heard: (number | string)[] = [];
        this.heard.push(heard);
        this.sockets.push(socket);
        socket.listen({
          onFrame: (frame) => {
            heard.push(frame[0] ?? -1);
            if (this.isEchoing) socket.send(frame);
          },
          onClose: (code) => void heard.push(`closed ${code}`),
        });
      },
    });
  }

  async fetch(request: Request): Promise<Response> {
    this.requests.push(`${request.method} ${await request.text()}`);
    return Response.json({ path: new URL(request.url).pathname });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export interface DeviceSocket {
  readonly socket: MessageSocket;
  readonly heard: (number | string)[];
  /** Sends frames of so many bytes that begin with these numbers. */
  send(numbers: readonly number[], bytes?: number): void;
}

/** A link with an echoing server behind it, and time that a test lets pass. */
export class LinkBench {
  readonly time = new SimulatedTime(0);
  readonly server = new EchoServer();
  isServerUp = true;
  readonly link: SimulatedLink;
  readonly felt: string[] = [];

  constructor(seed = 1) {
    this.link = new SimulatedLink({
      time: this.time,
      random: new SeededRandom(seed),
      server: () => (this.isServerUp ? this.server : undefined),
    });
    this.link.onFelt = (name) => void this.felt.push(name);
  }

  /** Lets time pass, each thing due until nothing is left to do but wait. */
  async run(forMs: number): Promise<void> {
    const untilMs = this.time.nowMs + forMs;
    await systemTurn();
    while ((this.time.nextAtMs ?? Infinity) <= untilMs) {
      this.time.runNext();
      await systemTurn();
    }
    this.time.skipTo(untilMs);
  }

  /** What `connect` answers, and when; undefined if it has not within half a minute. */
  async connect() {
    const startedAtMs = this.time.nowMs;
    const got: { answer?: Awaited<ReturnType<SimulatedLink["connect"]>> } = {};
    let tookMs = 0;
    void this.link
      .connect({
        url: "ws://server.example/sync",
        prove: () => Promise.resolve({ DPoP: "proof" }),
      })
      .then((answer) => {
        got.answer = answer;
        tookMs = this.time.nowMs - startedAtMs;
      });
    for (let waited = 0; waited < 30_000 && !got.answer; waited += 100)
      await this.run(100);
    return { answer: got.answer, tookMs };
  }

  /** Throws where no socket opens. */
  async opened(): Promise<DeviceSocket> {
    const { answer } = await this.connect();
    if (answer?.ok !== true) throw new Error("no socket opened");
    const socket = answer.value;
    const heard: (number | string)[] = [];
    socket.listen({
      onFrame: (frame) => void heard.push(frame[0] ?? -1),
      onClose: (code) => void heard.push(`closed ${code}`),
    });
    return {
      socket,
      heard,
      send(numbers, bytes = 10) {
        for (const number of numbers)
          socket.send(new Uint8Array(bytes).fill(number));
      },
    };
  }

  /** What `fetch` gives: its status and body, or that it failed. */
  async fetched(waitMs = 1_000): Promise<string> {
    let result = "nothing yet";
    this.link
      .fetch("http://server.example/v1/x", { method: "POST", body: "hello" })
      .then(
        async (response) =>
          void (result = `${response.status} ${await response.text()}`),
        (cause: unknown) => void (result = String(cause)),
      );
    await this.run(waitMs);
    return result;
  }

  suffer(fault: NetworkFault): () => void {
    return this.link.suffer(fault);
  }
}

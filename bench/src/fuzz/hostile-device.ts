/**
 * A signed-in device in the hands of somebody hostile: it has a real key and real tokens, and sends anything. Whatever it sends is
 * over once the server has answered it or has closed the socket; a server that does neither in time hangs.
 */
import {
  createMemoryTokenStore,
  makeSyncHeaders,
  openDeviceKey,
  signIn,
  type Grant,
  type TokenStore,
} from "@suture/client";
import { systemClock, systemRandom } from "@suture/client/node";
import {
  decodeServerFrame,
  protocolVersion,
  schemaVersion,
  type ServerMessage,
  type WelcomeMessage,
} from "@suture/schema";

import { type Ended, RawConnection } from "./raw-connection.ts";
import { objectToCbor, plainFrame } from "./wire-values.ts";

/** Longer than anything a server that lives takes for one input, also on a busy machine. */
const patienceMs = 20_000;

export const nothingUnsynced = {
  people: [],
  recordIds: [],
} as const;

export type Outcome = "answered" | "closed" | "unanswered";

/** The server neither answers nor closes. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

interface Awaited {
  readonly isIt: (message: ServerMessage) => boolean;
  readonly resolve: (message: ServerMessage | null) => void;
}

export class HostileDevice {
  readonly grant: Grant;
  readonly #port: number;
  readonly #tokens: TokenStore;
  #connection: RawConnection | null = null;
  #awaited: Awaited | null = null;
  #barrierCount = 0;
  /** Of the connection that ended last. */
  lastEnded: Ended = { code: null };

  private constructor(port: number, tokens: TokenStore, grant: Grant) {
    this.#port = port;
    this.#tokens = tokens;
    this.grant = grant;
  }

  static async signIn(
    { port, url }: { readonly port: number; readonly url: string },
    person: { readonly email: string; readonly password: string },
  ): Promise<HostileDevice> {
    const tokens = createMemoryTokenStore();
    const signedIn = await signIn({
      ...person,
      url,
      tokens,
      deviceName: "A device",
      clock: systemClock,
      random: systemRandom,
      fetch: (address, init) => fetch(address, init),
    });
    if (!signedIn.ok) throw new Error(signedIn.error.code);
    const grant = await tokens.loadGrant(signedIn.value.personId);
    if (grant === undefined) throw new Error("signed in without a grant");
    return new HostileDevice(port, tokens, grant);
  }

  get isConnected(): boolean {
    return this.#connection?.isEnded === false;
  }

  /** The head of a proper upgrade, for a connection of its own. */
  async upgradeRequest(): Promise<string> {
    const pair = await this.#tokens.loadKeyPair();
    if (pair === undefined) throw new Error("the device has no key");
    const deps = {
      key: await openDeviceKey(pair),
      clock: systemClock,
      random: systemRandom,
    };
    const host = `127.0.0.1:${this.#port}`;
    const { authorization, dpop } = await makeSyncHeaders(deps, {
      method: "GET",
      url: `ws://${host}/sync`,
      token: this.grant.syncToken,
    });
    return [
      "GET /sync HTTP/1.1",
      `Host: ${host}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      `Authorization: ${authorization}`,
      `DPoP: ${dpop}`,
      "",
      "",
    ].join("\r\n");
  }

  /** A socket that has not said hello. False where the server takes none. */
  async connect(): Promise<boolean> {
    this.disconnect();
    const connection = await RawConnection.open(this.#port, {
      onMessage: (message) => this.#receive(message),
      onEnd: (ended) => {
        this.lastEnded = ended;
        this.#settle(null);
      },
    });
    this.#connection = connection;
    return (await connection.request(await this.upgradeRequest())) === 101;
  }

  disconnect(): void {
    this.#connection?.destroy();
    this.#connection = null;
  }

  /** A session of its own, with what it is welcomed to; null where the server gives none. */
  async join(): Promise<WelcomeMessage | null> {
    if (!(await this.connect())) return null;
    const answer = await this.ask(this.hello(), isOfType("welcome"));
    return answer?.type === "welcome" ? answer : null;
  }

  hello(): Uint8Array {
    return plainFrame(
      objectToCbor({
        type: "hello",
        protocolVersion,
        schemaVersion,
        appVersion: "fuzz",
        deviceId: this.grant.deviceId,
        cursors: {},
        unsynced: nothingUnsynced,
      }),
    );
  }

  send(frame: Uint8Array): void {
    this.#connection?.sendBinary(frame);
  }

  sendRaw(bytes: Uint8Array): void {
    this.#connection?.write(bytes);
  }

  /** Sends a message and waits for the answer that `isIt`; null where the socket closes instead. Throws if it hangs. */
  ask(
    frame: Uint8Array,
    isIt: (message: ServerMessage) => boolean,
  ): Promise<ServerMessage | null> {
    const answer = this.#next(isIt);
    this.send(frame);
    return answer;
  }

  /** Waits until everything sent before has been answered. A session answers its requests in their order. */
  async drain(withinMs = patienceMs): Promise<Outcome> {
    this.#barrierCount += 1;
    const hash = this.#barrierCount.toString(16).padStart(64, "0");
    const recordId = "2222222222222222222222222222";
    const fetched = this.#next(
      (message) =>
        message.type === "fetched" && message.items[0]?.hash === hash,
      withinMs,
    );
    this.send(
      plainFrame(objectToCbor({ type: "fetch", items: [{ recordId, hash }] })),
    );
    try {
      return (await fetched) === null ? "closed" : "answered";
    } catch (cause) {
      if (!(cause instanceof Unanswered)) throw cause;
      return "unanswered";
    }
  }

  #next(
    isIt: Awaited["isIt"],
    withinMs = patienceMs,
  ): Promise<ServerMessage | null> {
    return new Promise((resolve, reject) => {
      if (!this.isConnected) return resolve(null);
      const patience = setTimeout(() => {
        this.#awaited = null;
        reject(new Unanswered());
      }, withinMs);
      this.#awaited = {
        isIt,
        resolve(message) {
          clearTimeout(patience);
          resolve(message);
        },
      };
    });
  }

  #receive(frame: Uint8Array): void {
    const message = decodeServerFrame(frame);
    if (!message.ok) throw new Error("the server sent what is no message");
    if (this.#awaited?.isIt(message.value) === true)
      this.#settle(message.value);
  }

  #settle(message: ServerMessage | null): void {
    const awaited = this.#awaited;
    this.#awaited = null;
    awaited?.resolve(message);
  }
}

function isOfType(type: ServerMessage["type"]) {
  return (message: ServerMessage) => message.type === type;
}

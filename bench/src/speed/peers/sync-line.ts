/**
 * A device of ours that does nothing but speak the protocol and keep what it is sent: what stands between a server and a device's
 * storage is measured apart. It has its own key and token, and says everything that a device must.
 */
import { makeSyncHeaders, openDeviceKey } from "@suture/client";
import {
  createFileTokenStore,
  systemClock,
  systemRandom,
} from "@suture/client/node";
import type { ServerMessage } from "@suture/schema";
import { Decoder } from "cbor-x";
import { inflateRawSync } from "node:zlib";
import { WebSocket } from "ws";

// What the server says is believed here: checking it is the devices' work, which is measured with real ones.
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true });

export class SyncLine {
  readonly socket: WebSocket;

  private constructor(
    socket: WebSocket,
    onMessage: (message: ServerMessage) => void,
  ) {
    this.socket = socket;
    socket.on("message", (frame: Buffer) => onMessage(decodeBelieved(frame)));
  }

  /** The first frame goes with the socket's opening. */
  static open(
    port: number,
    headers: LineHeaders,
    listener: {
      readonly hello: Uint8Array;
      onMessage(message: ServerMessage): void;
      onClose(code: number): void;
    },
  ): SyncLine {
    const socket = new WebSocket(syncUrl(port), {
      headers: { ...headers },
      perMessageDeflate: false,
    });
    const line = new SyncLine(socket, (message) => listener.onMessage(message));
    socket.once("open", () => line.send(listener.hello));
    socket.once("close", (code) => listener.onClose(code));
    socket.on("error", () => undefined);
    return line;
  }

  send(frame: Uint8Array): void {
    this.socket.send(frame);
  }

  close(): void {
    this.socket.close();
  }
}

export interface LineHeaders {
  readonly authorization: string;
  readonly dpop: string;
}

/** For one connection, within the minute. */
export async function lineHeaders(
  port: number,
  tokenFile: string,
  token: string,
): Promise<LineHeaders> {
  const pair = await createFileTokenStore(tokenFile).loadKeyPair();
  if (pair === undefined) throw new Error("the device has no key");
  return makeSyncHeaders(
    {
      key: await openDeviceKey(pair),
      clock: systemClock,
      random: systemRandom,
    },
    { method: "GET", url: syncUrl(port), token },
  );
}

function syncUrl(port: number): string {
  return `ws://127.0.0.1:${port}/sync`;
}

function decodeBelieved(frame: Buffer): ServerMessage {
  const packed = frame.subarray(1);
  const body = frame[0] === 0 ? packed : inflateRawSync(packed);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return decoder.decode(body) as ServerMessage;
}

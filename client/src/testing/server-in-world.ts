/** What a simulated world asks of whoever starts a server in it. `simulatedServer` of `@suture/server/testing` is one. */
import type { DeviceId, MessageSocket, PersonId } from "@suture/schema";

import type { ProcessRuntime } from "./machine.ts";

/** A request for a socket, as it reaches the server. Names of headers are in lower case. */
export interface UpgradeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type UpgradeAnswer =
  | {
      readonly isAccepted: true;
      /** Hands the server its end. */
      readonly accept: (socket: MessageSocket) => void;
    }
  | ({ readonly isAccepted: false } & HttpAnswer);

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A server as the network sees it. */
export interface ServerInWorld {
  upgrade(request: UpgradeRequest): Promise<UpgradeAnswer>;
  fetch(request: Request): Promise<Response>;
  /**
   * A sync token as the server makes them, which ends so soon; undefined where the person may have none on the device. Only for
   * worlds in which tokens expire (`tokenExpires`).
   */
  issueSyncToken?(wanted: {
    readonly personId: PersonId;
    readonly deviceId: DeviceId;
    readonly leftMs: number;
  }): Promise<
    | { readonly syncToken: string; readonly syncTokenExpiresAtMs: number }
    | undefined
  >;
  /** Ends in good order, with its store closed. */
  close(): Promise<void>;
}

/** Starts the server's process on its machine; again after each restart, over the same disk. */
export type StartServer<S extends ServerInWorld = ServerInWorld> = (
  runtime: ProcessRuntime,
) => Promise<S>;

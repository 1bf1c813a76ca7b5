import type { PeerId } from "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";
import type { WebSocket } from "ws";

import type { Traffic } from "../traffic.ts";

/** The stock adapter, with an eye on its socket. */
export class WatchedAdapter extends WebSocketClientAdapter {
  readonly #traffic: Traffic;

  constructor(url: string, traffic: Traffic) {
    super(url);
    this.#traffic = traffic;
  }

  override connect(peerId: PeerId): void {
    super.connect(peerId);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- two packages' names for one class
    this.#traffic.watch(this.socket as unknown as WebSocket);
  }
}

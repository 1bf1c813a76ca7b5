/**
 * The network between one device and the server: a TCP relay that can be cut, and that can lose what the server answers.
 * Bytes pass unread and unchanged, so the device speaks to the real server.
 */
import { once } from "node:events";
import { createServer, connect, type Server, type Socket } from "node:net";

export class NetworkLink {
  readonly #server: Server;
  readonly #serverPort: () => number;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #losesAnswers = false;
  #lostBytes = 0;

  private constructor(serverPort: () => number) {
    this.#serverPort = serverPort;
    this.#server = createServer((device) => this.#relay(device));
  }

  /** `serverPort` is asked for each connection: a restarted server may listen elsewhere. */
  static async open(serverPort: () => number): Promise<NetworkLink> {
    const link = new NetworkLink(serverPort);
    link.#server.listen(0, "127.0.0.1");
    await once(link.#server, "listening");
    return link;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string")
      throw new Error("the link is closed");
    return `http://127.0.0.1:${address.port}`;
  }

  /** Bytes of the server's that never arrived, since answers are lost. */
  get lostBytes(): number {
    return this.#lostBytes;
  }

  /** Ends what is connected and lets nothing through. */
  cut(): void {
    this.#isCut = true;
    this.#drop();
  }

  heal(): void {
    this.#isCut = false;
    this.#losesAnswers = false;
  }

  /** From now on the server hears the device, and the device hears nothing. */
  loseAnswers(): void {
    this.#losesAnswers = true;
    this.#lostBytes = 0;
  }

  close(): void {
    this.#drop();
    this.#server.close();
  }

  #drop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  #relay(device: Socket): void {
    if (this.#isCut) {
      device.destroy();
      return;
    }
    const server = connect(this.#serverPort(), "127.0.0.1");
    for (const [from, to] of [
      [device, server],
      [server, device],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      // A reset on one side ends the other; there is nobody to tell.
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
    device.on("data", (bytes: Buffer) => void server.write(bytes));
    server.on("data", (bytes: Buffer) => {
      if (this.#losesAnswers) this.#lostBytes += bytes.length;
      else device.write(bytes);
    });
  }
}

/**
 * A socket as both sides see it: whole binary frames, in order, until it closes. `ws`, a browser's WebSocket and the pair below
 * are made to fit; nothing else in Suture touches a real one.
 */
export interface MessageSocket {
  send(frame: Uint8Array): void;
  /** `code` and `reason` reach the other side where the transport carries them. Idempotent. */
  close(code: number, reason: string): void;
  /** Bytes handed to `send` that have not left this machine. */
  readonly bufferedBytes: number;
  /** Set once, before the first frame is delivered. */
  listen(listener: SocketListener): void;
}

export interface SocketListener {
  onFrame(frame: Uint8Array): void;
  /** Called exactly once, whoever closed and whatever broke. 1006 where the other side just vanished. */
  onClose(code: number, reason: string): void;
}

/** Two ends in one process, flushed by hand: nothing arrives until `flush`, so a test decides every order. */
export interface SocketPair {
  readonly client: MessageSocket;
  readonly server: MessageSocket;
  /** Delivers what was sent until now, in both directions; answers how many frames that were. */
  flush(): number;
  /** Cuts the line: frames in flight vanish, both ends see 1006. */
  cut(): void;
}

export function socketPair(): SocketPair {
  const client = new PairEnd();
  const server = new PairEnd();
  client.peer = server;
  server.peer = client;
  return {
    client,
    server,
    flush: () => client.deliver() + server.deliver(),
    cut: () => {
      client.cut();
      server.cut();
    },
  };
}

class PairEnd implements MessageSocket {
  peer: PairEnd | undefined;
  #listener: SocketListener | undefined;
  #incoming: (
    Uint8Array | { readonly code: number; readonly reason: string }
  )[] = [];
  #isOpen = true;
  #isDone = false;

  get bufferedBytes(): number {
    return this.peer?.waitingBytes ?? 0;
  }

  get waitingBytes(): number {
    return this.#incoming.reduce(
      (sum, item) => sum + (item instanceof Uint8Array ? item.length : 0),
      0,
    );
  }

  listen(listener: SocketListener): void {
    this.#listener = listener;
  }

  send(frame: Uint8Array): void {
    if (this.#isOpen) this.peer?.enqueue(frame.slice());
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.peer?.enqueue({ code, reason });
    this.#end(code, reason);
  }

  enqueue(
    item: Uint8Array | { readonly code: number; readonly reason: string },
  ): void {
    if (!this.#isDone) this.#incoming.push(item);
  }

  deliver(): number {
    const items = this.#incoming;
    this.#incoming = [];
    for (const item of items) {
      if (this.#isDone) break;
      if (item instanceof Uint8Array) this.#listener?.onFrame(item);
      else {
        this.#isOpen = false;
        this.#end(item.code, item.reason);
      }
    }
    return items.length;
  }

  cut(): void {
    this.#isOpen = false;
    this.#incoming = [];
    this.#end(1006, "");
  }

  #end(code: number, reason: string): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#listener?.onClose(code, reason);
  }
}

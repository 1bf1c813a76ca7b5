/**
 * Answers in a server's place, over HTTP alone, as networks do that stand in the way: no socket ever opens through it. Every
 * answer ends its connection, so each request is judged anew.
 */
import { once } from "node:events";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";

export interface NetworkAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Where the server listens. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

export interface StandInDeps {
  /** What the network itself says to a request; undefined: it asks the server, but for no socket. */
  answer(): NetworkAnswer | undefined;
  readonly to: ServerAddress;
}

const host = "127.0.0.1";

export class StandIn {
  readonly #deps: StandInDeps;
  readonly #server: Server;

  private constructor(deps: StandInDeps) {
    this.#deps = deps;
    // Without a listener for upgrades a request for one comes here like any other.
    this.#server = createServer((request, response) =>
      this.#handle(request, response),
    );
  }

  static async open(deps: StandInDeps): Promise<StandIn> {
    const standIn = new StandIn(deps);
    standIn.#server.listen(0, host);
    await once(standIn.#server, "listening");
    return standIn;
  }

  get address(): ServerAddress {
    const address = this.#server.address();
    if (address === null || typeof address === "string")
      throw new Error("the stand-in is closed");
    return { host, port: address.port };
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader("connection", "close");
    const answer = this.#deps.answer();
    if (answer === undefined) this.#forward(request, response);
    else {
      request.resume();
      response.writeHead(answer.status, answer.headers).end(answer.body);
    }
  }

  /** As a proxy does that has never heard of WebSocket: what concerns one hop is not passed on (RFC 9110, 7.6.1). */
  #forward(request: IncomingMessage, response: ServerResponse): void {
    const {
      connection: _connection,
      upgrade: _upgrade,
      ...headers
    } = request.headers;
    const onward = httpRequest({
      ...this.#deps.to,
      path: request.url,
      method: request.method,
      headers,
      agent: false,
    });
    onward.on("response", (answer) => {
      const { connection: _hop, upgrade: _offer, ...passed } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, passed);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  }
}

/** A server reduced to answers of the recorded shape, for tests: what it is asked is kept. A path that it does not know is 404. */
import type { Fetch } from "@suture/client";
import { httpError } from "@suture/schema";
import type { Device } from "@suture/client/clinic-test-support";

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: unknown;
  readonly authorization: string | null;
}

type Answer = (asked: Asked) => Response;

export class RecordedServer {
  readonly asked: Asked[] = [];
  readonly #answers = new Map<string, Answer>();
  /** Whether anything answers at all. */
  isUp = true;

  /** `route` is `METHOD /path`, without the query. */
  answers(route: string, answer: unknown, status = 200): this {
    return this.answersWith(route, () => jsonResponse(answer, status));
  }

  answersWith(route: string, answer: Answer): this {
    this.#answers.set(route, answer);
    return this;
  }

  readonly fetch: Fetch = async (url, init) => {
    if (!this.isUp) throw new TypeError("Failed to fetch");
    const { pathname, search } = new URL(url);
    const method = init.method ?? "GET";
    const asked: Asked = {
      method,
      path: `${pathname}${search}`,
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
      authorization: new Headers(init.headers).get("authorization"),
    };
    if (pathname === "/v1/session/renew") return jsonResponse(session, 200);
    this.asked.push(asked);
    const answer = this.#answers.get(`${method} ${pathname}`);
    return answer === undefined
      ? jsonResponse(httpError("route-unknown"), 404)
      : answer(asked);
  };
}

/** Signs the device's person in, so that they have a session with it. */
export async function withSession({
  tokens,
  personId,
}: Pick<Device, "tokens" | "personId">): Promise<void> {
  const grant = await tokens.loadGrant(personId);
  if (grant === undefined) throw new Error("nobody is signed in");
  session.personId = personId;
  await tokens.saveGrant({ ...grant, refreshToken: "a refresh token" });
}

const session = {
  personId: "",
  sessionToken: "a session token",
  sessionTokenExpiresAtMs: Date.UTC(2036, 0, 1),
  refreshToken: "the next refresh token",
};

export function jsonResponse(body: unknown, status: number): Response {
  if (status === 204) return new Response(null, { status });
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json" },
  });
}

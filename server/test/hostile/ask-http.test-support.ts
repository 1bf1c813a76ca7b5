/** Asks over HTTP, and says in one line what was answered. */
import { samplePassword } from "../../src/sample/sample-people.ts";
import type { Actor } from "./actor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";

export interface Asked {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Session {
  readonly sessionToken: string;
  readonly refreshToken: string;
}

/** The answer in one line, and its body. */
export async function ask(
  { url }: House,
  path: string,
  { method = "GET", token, headers, body }: Asked = {},
): Promise<{ readonly line: string; readonly body: string }> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && {
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  });
  const text = await answer.text();
  const code = /^\{"code":"([^"]+)"/.exec(text)?.[1] ?? "";
  return { line: `http ${answer.status} ${code}`.trim(), body: text };
}

export async function signIn(house: House, { email }: Actor): Promise<Session> {
  const { body } = await ask(house, "/v1/sign-in", {
    method: "POST",
    body: { email, password: samplePassword },
  });
  return JSON.parse(body) as Session;
}

/** What an actor, signed in, is answered. */
export function asked(
  by: (house: House) => Actor,
  path: (house: House) => string,
  request: (house: House) => Asked = () => ({}),
): HostileCase["attack"] {
  return async (house) => {
    const { sessionToken: token } = await signIn(house, by(house));
    const { line } = await ask(house, path(house), {
      token,
      ...request(house),
    });
    return line;
  };
}

/** Two paths of which one is there and may not be seen, and the other is nowhere: the answer, if it is one. */
export function askedAlike(
  by: (house: House) => Actor,
  paths: (house: House) => readonly [string, string],
): HostileCase["attack"] {
  return async (house) => {
    const { sessionToken: token } = await signIn(house, by(house));
    const [one, other] = paths(house);
    const hidden = await ask(house, one, { token });
    const absent = await ask(house, other, { token });
    const isAlike = hidden.line === absent.line && hidden.body === absent.body;
    return isAlike ? hidden.line : `${hidden.line} / ${absent.line}`;
  };
}

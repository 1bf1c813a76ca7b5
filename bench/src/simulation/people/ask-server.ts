/** What people ask of the server beside the SDK: the office's own pages, over HTTP, in the session of whoever has the device. */
import { unfinished } from "@suture/client/testing";

import type { Desk } from "./desk.ts";

export interface Answer {
  readonly status: number;
  /** Undefined where it was no JSON. */
  readonly body: unknown;
}

const patienceMs = 30_000;

/** Undefined where no answer came, or nobody could ask: `isAsked` says whether the request may have arrived. */
export async function askServer(
  desk: Desk,
  path: string,
  body?: object,
): Promise<{ readonly isAsked: boolean; readonly answer?: Answer }> {
  const { client, device, house } = desk;
  if (client === undefined) return { isAsked: false };
  const session = await desk.attempt(() => client.session(), patienceMs);
  if (session === unfinished || !session.ok) {
    house.run.tally.count("office:no-session");
    return { isAsked: false };
  }
  const { sessionToken } = session.value;
  const asked = await desk.attempt(
    () => fetchJson(device, path, sessionToken, body),
    patienceMs,
  );
  if (asked === unfinished || asked === undefined) return { isAsked: true };
  house.run.tally.count(`office:${asked.status}`);
  return { isAsked: true, answer: asked };
}

async function fetchJson(
  { url, link }: Desk["device"],
  path: string,
  sessionToken: string,
  body: object | undefined,
): Promise<Answer | undefined> {
  try {
    const response = await link.fetch(`${url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        authorization: `Bearer ${sessionToken}`,
        "content-type": "application/json",
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  } catch (cause) {
    // As every `fetch` does that does not get through.
    if (cause instanceof TypeError) return undefined;
    throw cause;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The bytes of pictures over HTTP, with a sync token and a proof of the device's key. Believed is only an answer that says the hash,
 * and bytes that have it: a portal's page is neither. SPEC AT-5, AT-7, AT-9.
 */
import {
  attachmentHashSchema,
  err,
  httpErrorSchema,
  ok,
  sha256Hex,
  type Result,
} from "@suture/schema";
import { z } from "zod";

import { endpoint, type Fetch } from "../identity/identity-request.ts";
import type { AttachmentName } from "../store/attachment-rows.ts";
import { retryAfterMsOfHeader } from "./connect.ts";
import type { SyncCredentials, SyncIdentity } from "./sync-engine.ts";

export interface AttachmentRequestDeps {
  /** Of the server, with or without a slash at its end. */
  readonly url: string;
  readonly fetch: Fetch;
  readonly identity: SyncIdentity;
}

export type SendOutcome =
  | { readonly kind: "stored" }
  /** The record does not name it there, or not yet. */
  | { readonly kind: "not-named" }
  /** For good, as things are; in the server's words. */
  | { readonly kind: "refused"; readonly message: string }
  /** Nothing of this person's goes before they have signed in again. */
  | { readonly kind: "signed-out" }
  | { readonly kind: "later"; readonly retryAfterMs: number };

/** `not-here`: the server has not got it either, or nobody names it. `unreachable`: nobody answered who could say. */
export type FetchProblem = "not-here" | "unreachable";

const storedSchema = z.object({ hash: attachmentHashSchema });
const refusals: ReadonlySet<string> = new Set([
  "not-permitted",
  "attachment-refused",
  "body-too-large",
]);

export async function sendAttachment(
  deps: AttachmentRequestDeps,
  credentials: SyncCredentials,
  name: AttachmentName,
  bytes: Uint8Array,
): Promise<SendOutcome> {
  const answer = await ask(deps, credentials, "PUT", name, bytes);
  if (answer === undefined) return { kind: "later", retryAfterMs: 0 };
  const json = await jsonOf(answer);
  if (answer.status === 401) return { kind: "signed-out" };
  if (answer.ok && storedSchema.safeParse(json).data?.hash === name.hash)
    return { kind: "stored" };
  const { code = "", message = "" } =
    httpErrorSchema.safeParse(json).data ?? {};
  if (code === "attachment-unknown") return { kind: "not-named" };
  if (refusals.has(code)) return { kind: "refused", message };
  const waitMs = retryAfterMsOfHeader(
    answer.headers.get("retry-after") ?? undefined,
  );
  return { kind: "later", retryAfterMs: waitMs ?? 0 };
}

export async function fetchAttachment(
  deps: AttachmentRequestDeps,
  credentials: SyncCredentials,
  name: AttachmentName,
): Promise<Result<Uint8Array, FetchProblem>> {
  const answer = await ask(deps, credentials, "GET", name);
  if (answer === undefined) return err("unreachable");
  if (!answer.ok) {
    const { data } = httpErrorSchema.safeParse(await jsonOf(answer));
    return err(
      data?.code.startsWith("attachment-") ? "not-here" : "unreachable",
    );
  }
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return sha256Hex(bytes) === name.hash ? ok(bytes) : err("unreachable");
}

/** Tries again with the server's nonce where it does not trust this device's clock, and with a new token where it takes the old one no more. */
async function ask(
  deps: AttachmentRequestDeps,
  { personId, syncToken }: SyncCredentials,
  method: "GET" | "PUT",
  { recordId, hash }: AttachmentName,
  bytes?: Uint8Array,
): Promise<Response | undefined> {
  const { fetch, identity } = deps;
  const place = endpoint(deps, `/v1/records/${recordId}/attachments/${hash}`);
  let token = syncToken;
  let nonce: string | undefined;
  for (;;) {
    let answer: Response;
    try {
      const headers = await identity.headers({
        method,
        url: place,
        token,
        nonce,
      });
      answer = await fetch(place, {
        method,
        redirect: "manual",
        headers,
        ...(bytes !== undefined && { body: new Uint8Array(bytes) }),
      });
    } catch {
      // No answer, or no key to prove anything with: both may pass.
      return undefined;
    }
    if (answer.status !== 401) return answer;
    const given = answer.headers.get("dpop-nonce");
    if (given !== null && nonce === undefined) nonce = given;
    else if (token === syncToken) {
      const renewed = await identity.renewedToken(personId, token);
      if (renewed === undefined) return answer;
      token = renewed;
      nonce = undefined;
    } else return answer;
  }
}

async function jsonOf(answer: Response): Promise<unknown> {
  try {
    const json: unknown = await answer.json();
    return json;
  } catch {
    // A page, or nothing: judged by its shape.
    return undefined;
  }
}

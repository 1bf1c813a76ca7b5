/** How the HTTP API answers: shapes its routes share, and what an error becomes. SPEC HT-1. */
import { httpError, httpErrorSchema } from "@suture/schema";
import type { HttpCode, RefusalCode } from "@suture/schema";
import type { Context } from "hono";
import {
  jsonContent,
  serverTrouble,
} from "../../identity/identity-response.ts";

/** Codes that say what was wrong with the request; the others are the server's own trouble. */
export type ClientCode = Exclude<HttpCode, "not-ready" | "server-failed">;

const statuses = {
  "request-invalid": 400,
  "body-too-large": 413,
  "length-required": 411,
  "route-unknown": 404,
  "record-unknown": 404,
  "attachment-unknown": 404,
  "attachment-not-here": 404,
  "attachment-refused": 422,
  "review-unknown": 404,
  "scope-unknown": 404,
  "organization-unknown": 404,
  "member-unknown": 404,
  "not-permitted": 403,
  "review-changed": 409,
  "review-closed": 409,
  "review-settled-elsewhere": 409,
  "resolution-refused": 422,
  "device-unknown": 404,
  "stranded-unknown": 404,
  "stranded-said-again": 409,
  "adoption-refused": 409,
  "upgrade-required": 426,
} as const satisfies Readonly<Record<ClientCode, number>>;

/** What is read here is about people: nothing between may keep it. */
export const noStore = { "cache-control": "no-store" } as const;

export function respondWithHttpError(
  c: Context,
  code: ClientCode,
  refusal?: RefusalCode,
) {
  return c.json(httpError(code, refusal), statuses[code], noStore);
}

/** Of a route: it asks for a session token. */
export const signedIn: { session: string[] }[] = [{ session: [] }];

export const errorResponses = {
  "4XX": jsonContent(
    httpErrorSchema,
    "Why not, as one of a closed list of codes",
  ),
  "5XX": serverTrouble,
};

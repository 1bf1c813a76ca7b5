import type { MiddlewareHandler } from "hono";

import { respondWithHttpError } from "./http-response.ts";

/** Refuses a body that is too long, or does not say how long it is, without reading any of it. SPEC AT-15. */
export function requireLength(maxBytes: number): MiddlewareHandler {
  return async (c, next) => {
    const told = c.req.header("content-length") ?? "";
    const isChunked = c.req.header("transfer-encoding") !== undefined;
    if (isChunked || !/^\d+$/.test(told))
      return respondWithHttpError(c, "length-required");
    if (Number(told) > maxBytes)
      return respondWithHttpError(c, "body-too-large");
    await next();
    return undefined;
  };
}

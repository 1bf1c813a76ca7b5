/**
 * Lets a request through that carries a valid session token, and says whose it is. Used by every route of the HTTP API that
 * is for signed-in people: `app.use("/v1/reviews/*", requireSession(identity))`, then `sessionOf(c)` in the handler.
 */
import type { Context, Env, MiddlewareHandler } from "hono";
import { respondWithError } from "./identity-response.ts";
import type { Identity } from "./identity.ts";
import type { VerifiedSession } from "./session-tokens.ts";

export interface SessionEnv extends Env {
  Variables: { session: VerifiedSession };
}

export function requireSession(
  identity: Pick<Identity, "verifySessionRequest">,
): MiddlewareHandler<SessionEnv> {
  return async (c, next) => {
    const session = await identity.verifySessionRequest(
      c.req.header("authorization"),
    );
    if (!session.ok) return respondWithError(c, session.error);
    c.set("session", session.value);
    await next();
    return undefined;
  };
}

/** Only behind `requireSession`. */
export function sessionOf(c: Context<SessionEnv>): VerifiedSession {
  return c.get("session");
}

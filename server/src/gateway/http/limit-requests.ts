/**
 * Requests over HTTP, out of the same budget as a person's sync: each counts as one, and as the work that such requests take.
 * Whoever is in debt is answered 429 with the time to wait, before anything is looked up. SPEC LM-10.
 */
import { err, identityError } from "@suture/schema";
import type { Identity } from "../../identity/identity.ts";
import type { Budgets, Subject } from "../limits/budgets.ts";

/** Between a small read and a page of the audit. Not measured: a request's turns are not its own. */
const costOfRequest = { requests: 1, workMs: 5 };

export function limitRequests(
  { verifySessionRequest }: Pick<Identity, "verifySessionRequest">,
  budgets: Budgets,
): Identity["verifySessionRequest"] {
  return async (authorization) => {
    const session = await verifySessionRequest(authorization);
    if (!session.ok) return session;
    const person: Subject = { kind: "person", id: session.value.personId };
    const retryAfterMs = budgets.waitMs([person]);
    if (retryAfterMs > 0)
      return err(identityError("too-many-requests", { retryAfterMs }));
    budgets.charge([person], costOfRequest);
    return session;
  };
}

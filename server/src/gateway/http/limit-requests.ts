/**
 * Requests over HTTP, out of the same budget as a person's sync: each counts as one, and as the work that such requests take.
 * Whoever is in debt is answered 429 with the time to wait, before anything is looked up. With a sync token, also for a socket,
 * they count for the device too; charged is only who has proved to be it. SPEC LM-10.
 */
import { err, identityError } from "@suture/schema";
import type { PersonId } from "@suture/schema";
import type { Identity } from "../../identity/identity.ts";
import type { Budgets, Subject } from "../limits/budgets.ts";

/** Between a small read and a page of the audit. Not measured: a request's turns are not its own. */
const costOfRequest = { requests: 1, workMs: 5 };

export function limitRequests(
  identity: Pick<Identity, "verifySessionRequest" | "verifySyncRequest">,
  budgets: Budgets,
): typeof identity {
  function refused(retryAfterMs: number) {
    return err(identityError("too-many-requests", { retryAfterMs }));
  }

  return {
    async verifySessionRequest(authorization) {
      const session = await identity.verifySessionRequest(authorization);
      if (!session.ok) return session;
      const person = personOf(session.value);
      const retryAfterMs = budgets.waitMs([person]);
      if (retryAfterMs > 0) return refused(retryAfterMs);
      budgets.charge([person], costOfRequest);
      return session;
    },

    async verifySyncRequest(request) {
      const caller = await identity.verifySyncRequest(request);
      if (!caller.ok) return caller;
      const { deviceId } = caller.value;
      const subjects: readonly Subject[] = [
        { kind: "device", id: deviceId },
        personOf(caller.value),
      ];
      // Of what else is owed a session tells, which can say more: SPEC LM-4.
      const retryAfterMs = budgets.waitMs(subjects, ["requests", "workMs"]);
      if (retryAfterMs > 0) return refused(retryAfterMs);
      budgets.charge(subjects, costOfRequest);
      return caller;
    },
  };
}

function personOf({ personId }: { readonly personId: PersonId }): Subject {
  return { kind: "person", id: personId };
}

/**
 * How a second person joins: they make an account, an admin's app asks for the code of a member that is there already, and the
 * person's app shows the code to the server. From then on their devices replicate what the member may read. SPEC ID-20.
 */
import { personIdSchema, recordIdSchema } from "@suture/schema";
import type { PersonId, RecordId, Result } from "@suture/schema";
import { z } from "zod";

import { endpoint, postIdentity } from "./identity-request.ts";
import type { Fetch, RequestError } from "./identity-request.ts";

export interface JoinDeps {
  /** Of the server, `https://…`, with or without a slash at its end. */
  readonly url: string;
  readonly fetch: Fetch;
}

export interface MemberName {
  readonly organizationId: RecordId;
  readonly memberId: RecordId;
}

export interface Invitation {
  /** To be handed over in person; the server does not show it again. */
  readonly code: string;
  readonly expiresAtMs: number;
}

/** Makes an account, which is in no organization yet. Errors: `sign-up-refused`, `password-too-short`, and those of the connection. */
export function signUp(
  deps: JoinDeps,
  person: {
    readonly email: string;
    readonly password: string;
    readonly name: string;
  },
): Promise<Result<{ readonly personId: PersonId }, RequestError>> {
  return postIdentity({
    fetch: deps.fetch,
    url: endpoint(deps, "/v1/sign-up"),
    body: person,
    answer: z.object({ personId: personIdSchema }),
  });
}

/** For an admin's session, once the server has accepted the member record. */
export function createInvitation(
  deps: JoinDeps,
  { sessionToken }: { readonly sessionToken: string },
  member: MemberName,
): Promise<Result<Invitation, RequestError>> {
  return postIdentity({
    fetch: deps.fetch,
    url: endpoint(deps, "/v1/invitations"),
    headers: { authorization: `Bearer ${sessionToken}` },
    body: member,
    answer: z.object({ code: z.string(), expiresAtMs: z.int() }),
  });
}

/** Makes the session's person the member. The same person may do it again. Error: `invitation-refused`. */
export function acceptInvitation(
  deps: JoinDeps,
  { sessionToken }: { readonly sessionToken: string },
  code: string,
): Promise<Result<MemberName, RequestError>> {
  return postIdentity({
    fetch: deps.fetch,
    url: endpoint(deps, "/v1/invitations/accept"),
    headers: { authorization: `Bearer ${sessionToken}` },
    body: { code },
    answer: z.object({
      organizationId: recordIdSchema,
      memberId: recordIdSchema,
    }),
  });
}

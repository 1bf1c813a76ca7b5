/** The identity routes of a server, reduced to their answers. */
import type { JoinDeps } from "@suture/client";
import { personIdOf, startMs } from "@suture/client/clinic-test-support";
import { identityError, recordIdFromBytes } from "@suture/schema";

export const invitationCode = "right-code";

export class IdentityServer {
  /** Paths, in order. */
  readonly asked: string[] = [];
  readonly accounts = new Set<string>();
  /** The other service that it trusts. */
  issuer: string | null = null;
  /** What was brought from there. */
  brought: Readonly<Record<string, string>> | null = null;

  readonly fetch: JoinDeps["fetch"] = (url, init) => {
    const { pathname } = new URL(url);
    this.asked.push(pathname);
    const body = typeof init.body === "string" ? init.body : "null";
    const [status, answer] = this.#answer(
      pathname,
      JSON.parse(body) as Readonly<Record<string, string>> | null,
      init.method === "GET",
    );
    return Promise.resolve(
      new Response(JSON.stringify(answer), {
        status,
        headers: { "content-type": "application/json" },
      }),
    );
  };

  #answer(
    path: string,
    body: Readonly<Record<string, string>> | null,
    isGet: boolean,
  ): readonly [number, unknown] {
    const personId = personIdOf("ada");
    switch (path) {
      case "/v1/sign-up": {
        const email = body?.["email"] ?? "";
        if (this.accounts.has(email))
          return [409, identityError("sign-up-refused")];
        this.accounts.add(email);
        return [200, { personId }];
      }
      case "/v1/sign-in":
        if (!this.accounts.has(body?.["email"] ?? ""))
          return [401, identityError("sign-in-refused")];
        return [200, session(personId)];
      case "/v1/sign-in/external/begin":
        return [
          200,
          { nonce: "the nonce", issuer: this.issuer, clientId: "suture" },
        ];
      case "/v1/sign-in/external": {
        const { issuer } = this;
        const endpoint = issuer === null ? null : `${issuer}/auth`;
        if (isGet) return [200, { issuer, authorizationEndpoint: endpoint }];
        this.brought = body;
        return body?.["code"] === "a code"
          ? [200, session(personId)]
          : [401, identityError("external-sign-in-refused")];
      }
      case "/v1/session/renew":
        return [200, session(personId)];
      case "/v1/devices":
        return [
          200,
          {
            deviceId: "0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a",
            syncToken: "a token",
            syncTokenExpiresAtMs: startMs + 1e9,
          },
        ];
      case "/v1/invitations/accept":
        return body?.["code"] === invitationCode
          ? [
              200,
              {
                organizationId: recordIdFromBytes(new Uint8Array(16).fill(1)),
                memberId: recordIdFromBytes(new Uint8Array(16).fill(2)),
              },
            ]
          : [403, identityError("invitation-refused")];
      default:
        return [200, null];
    }
  }
}

function session(personId: string) {
  return {
    personId,
    sessionToken: "a session",
    sessionTokenExpiresAtMs: startMs + 900_000,
    refreshToken: "the next",
  };
}

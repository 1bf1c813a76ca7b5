/** A real OpenID Connect issuer on this machine, and people who sign in at it: authorization code with PKCE (RFC 7636). */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey, JWK } from "jose";
import Provider from "oidc-provider";
import { z } from "zod";

export const clientId = "suture";
/** Where the app is told the code, on whatever port of this machine. */
const redirectUri = "http://127.0.0.1/sign-in/external";

export interface IssuerKey {
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
}

export async function newIssuerKey(kid: string): Promise<IssuerKey> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid, alg: "RS256" };
  return { jwk, privateKey };
}

export class OidcIssuer {
  readonly url: string;
  readonly key: IssuerKey;
  /** Paths that were asked for, in order. */
  readonly requests: string[] = [];
  readonly #http: Server;

  private constructor(http: Server, url: string, key: IssuerKey) {
    this.#http = http;
    this.url = url;
    this.key = key;
  }

  /** On a free port; or, after a stop, on the one it had: with another key, say. */
  static async start(key: IssuerKey, port = 0): Promise<OidcIssuer> {
    const http = createServer().listen(port, "127.0.0.1");
    await once(http, "listening");
    const address = http.address();
    if (typeof address !== "object" || !address) throw new Error("no port");
    const url = `http://127.0.0.1:${address.port}`;
    const issuer = new OidcIssuer(http, url, key);
    const answer = new Provider(url, {
      clients: [
        {
          client_id: clientId,
          redirect_uris: [redirectUri],
          application_type: "native",
          token_endpoint_auth_method: "none",
          grant_types: ["authorization_code"],
          response_types: ["code"],
          id_token_signed_response_alg: "RS256",
        },
      ],
      // Every e-mail is verified, and the same for everybody: who trusted it would mix people up.
      findAccount: (_context, id) => ({
        accountId: id,
        claims: () => ({
          sub: id,
          email: "ann@clinic.example",
          email_verified: true,
        }),
      }),
      claims: { openid: ["sub"], email: ["email", "email_verified"] },
      conformIdTokenClaims: false,
      cookies: { keys: ["only for tests"] },
      jwks: { keys: [{ ...key.jwk, use: "sig" }] },
      pkce: { required: () => true },
      ttl: {
        ...{ AuthorizationCode: 60, AccessToken: 60, IdToken: 600 },
        ...{ Interaction: 600, Session: 600, Grant: 600 },
      },
    }).callback();
    http.on("request", (request, response) => {
      issuer.requests.push(request.url ?? "");
      void answer(request, response);
    });
    return issuer;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  countOf(path: string): number {
    return this.requests.filter((asked) => asked === path).length;
  }

  /** Signs a person in the way a browser does, to the end, and answers their ID token. */
  async signIn(login: string, nonce: string): Promise<string> {
    const { code, codeVerifier } = await this.codeOf(login, nonce);
    const answer = await fetch(`${this.url}/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: clientId,
        redirect_uri: redirectUri,
        code_verifier: codeVerifier,
        code,
      }),
    });
    return z.object({ id_token: z.string() }).parse(await answer.json())
      .id_token;
  }

  /** As far as the page that the browser is sent back to. */
  async codeOf(
    login: string,
    nonce: string,
    more: Readonly<Record<string, string>> = {},
  ) {
    const codeVerifier = "v".repeat(64);
    const challenge = createHash("sha256")
      .update(codeVerifier)
      .digest("base64url");
    const browser = new Browser();
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: "code",
      scope: "openid email",
      nonce,
      code_challenge: challenge,
      code_challenge_method: "S256",
      ...more,
    });
    let page = await browser.get(`${this.url}/auth?${query.toString()}`);
    page = await browser.post(page, { prompt: "login", login, password: "x" });
    page = await browser.post(page, { prompt: "consent" });
    const code = new URL(page).searchParams.get("code") ?? "";
    return { code, codeVerifier, redirectUri };
  }

  /** What only this issuer could sign, except for what is given. */
  sign(
    claims: Readonly<Record<string, unknown>>,
    header: Readonly<Record<string, unknown>> = {},
    key: IssuerKey = this.key,
  ): Promise<string> {
    const kid = key.jwk.kid ?? "";
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid, ...header })
      .sign(key.privateKey);
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, "close");
  }
}

/** As much of a browser as a redirect flow needs: it follows within the issuer, and keeps its cookies. */
class Browser {
  readonly #cookies = new Map<string, string>();

  /** The page it ends at: the last one of the issuer's, or the first elsewhere. */
  async get(url: string, init: RequestInit = {}): Promise<string> {
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      headers: {
        cookie: [...this.#cookies].map((pair) => pair.join("=")).join("; "),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const [name = "", ...value] = pair.split("=");
      this.#cookies.set(name, value.join("="));
    }
    const next = response.headers.get("location");
    if (next === null) return url;
    const target = new URL(next, url);
    return target.origin === new URL(url).origin
      ? this.get(target.href)
      : target.href;
  }

  post(url: string, form: Readonly<Record<string, string>>): Promise<string> {
    return this.get(url, { method: "POST", body: new URLSearchParams(form) });
  }
}

/** Signing in at another service's page, in a real browser: away from the app, and back. */
import {
  createHash,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { systemClock } from "@suture/server";
import { afterAll, beforeAll, expect, test } from "vitest";

import { AppWorld } from "./app-world.test-support.ts";

const clientId = "suture";

/** An OpenID Connect issuer of one person, whose page has one button. It checks what RFC 7636 has it check. */
class OnePersonIssuer {
  readonly #http: Server;
  readonly url: string;

  private constructor(http: Server, url: string) {
    this.#http = http;
    this.url = url;
  }

  static async start(): Promise<OnePersonIssuer> {
    const { privateKey, publicKey } = generateKeyPairSync("ec", {
      namedCurve: "P-256",
    });
    const jwk = { ...publicKey.export({ format: "jwk" }), kid: "one" };
    const begunByCode = new Map<string, URLSearchParams>();
    const http = createServer().listen(0, "127.0.0.1");
    await once(http, "listening");
    const address = http.address();
    if (typeof address !== "object" || !address) throw new Error("no port");
    const url = `http://127.0.0.1:${address.port}`;
    const token = (form: URLSearchParams): unknown => {
      const code = form.get("code") ?? "";
      const begun = begunByCode.get(code);
      begunByCode.delete(code);
      const challenge = createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url");
      const isRight =
        begun?.get("code_challenge") === challenge &&
        begun.get("redirect_uri") === form.get("redirect_uri");
      if (!isRight) return { error: "invalid_grant" };
      const nonce = begun.get("nonce");
      const id_token = idToken(privateKey, { iss: url, nonce });
      return { id_token, access_token: "none", token_type: "Bearer" };
    };
    const answer = (path: string, body: string): unknown => {
      if (path === "/token") return token(new URLSearchParams(body));
      if (path === "/keys") return { keys: [jwk] };
      return {
        issuer: url,
        jwks_uri: `${url}/keys`,
        authorization_endpoint: `${url}/page`,
        token_endpoint: `${url}/token`,
        id_token_signing_alg_values_supported: ["ES256"],
      };
    };
    http.on("request", (request, response) => {
      const asked = new URL(request.url ?? "/", url);
      if (asked.pathname === "/page") {
        const code = `code-${begunByCode.size}`;
        begunByCode.set(code, asked.searchParams);
        const back = new URL(asked.searchParams.get("redirect_uri") ?? "");
        back.searchParams.set("code", code);
        back.searchParams.set("state", asked.searchParams.get("state") ?? "");
        back.searchParams.set("iss", url);
        response.setHeader("content-type", "text/html");
        response.end(
          `<a href="${back.href.replaceAll("&", "&amp;")}">I am Ann</a>`,
        );
        return;
      }
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        const said = JSON.stringify(answer(asked.pathname, body));
        response.statusCode = said.startsWith('{"error"') ? 400 : 200;
        response.setHeader("content-type", "application/json");
        response.end(said);
      });
    });
    return new OnePersonIssuer(http, url);
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, "close");
  }
}

/** A JSON Web Token, signed with ES256. */
function idToken(
  key: KeyObject,
  claims: Readonly<Record<string, unknown>>,
): string {
  const partOf = (value: unknown) =>
    Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(systemClock.now() / 1_000);
  const content = { ...claims, aud: clientId, sub: "ann", iat, exp: iat + 300 };
  const signed = `${partOf({ alg: "ES256", kid: "one" })}.${partOf(content)}`;
  const signature = sign("sha256", Buffer.from(signed), {
    key,
    dsaEncoding: "ieee-p1363",
  });
  return `${signed}.${signature.toString("base64url")}`;
}

let issuer: OnePersonIssuer;
let world: AppWorld;
beforeAll(async () => {
  issuer = await OnePersonIssuer.start();
  world = await AppWorld.create({
    settings: {
      SUTURE_OIDC_ISSUER: issuer.url,
      SUTURE_OIDC_CLIENT_ID: clientId,
    },
  });
});
afterAll(async () => {
  await world.end();
  await issuer.stop();
});

test("[AP-107, AP-109] somebody signs in at another service's page, and comes back to a device that is theirs", async () => {
  const { page, network, complaints } = await world.openDevice();
  await page.goto(network.url);
  const host = new URL(issuer.url).host;
  await page.getByRole("button", { name: `Sign in with ${host}` }).click();
  await page.getByRole("link", { name: "I am Ann" }).click();
  await page
    .getByRole("heading", { name: "Choose a code for this device" })
    .waitFor();
  expect(new URL(page.url()).search).toBe("");
  await page.getByLabel("Code").fill("a code of mine");
  await page.getByRole("button", { name: "Use this code" }).click();
  await page
    .getByRole("heading", { name: "Where you work is not on this device yet" })
    .waitFor();
  // The way back is of no use a second time.
  await page.goBack();
  await page.goForward();
  await page.goto(`${network.url}/sign-in/external?code=code-0&state=none`);
  await page.getByText("was not begun in this window").waitFor();
  expect(complaints).toEqual([]);
});

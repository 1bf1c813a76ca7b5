import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createHttpApp } from "./app.ts";
import { readAppFiles } from "./app-files.ts";
import type { HttpApp } from "./http-deps.ts";
import { createHttpWorld } from "./http-world.test-support.ts";

let directory: string;
let app: HttpApp;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "suture-app-"));
  await mkdir(join(directory, "assets"));
  await writeFile(join(directory, "index.html"), "<title>Suture</title>");
  await writeFile(join(directory, "assets", "main-1a2b.js"), "run()");
  await writeFile(join(directory, "assets", "main-1a2b.js.map"), "{}");
  const { deps } = await createHttpWorld();
  const appFiles = await readAppFiles(directory);
  app = createHttpApp({ ...deps, appFiles });
});
afterAll(() => rm(directory, { recursive: true }));

const page = { headers: { accept: "text/html,*/*" } };

test("[HT-13] the page is the app's at every address that is no route's, and runs nothing but the app's scripts", async () => {
  for (const path of ["/", "/patients", "/jobs/abc"]) {
    const response = await app.request(path, page);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("<title>Suture</title>");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    const policy = response.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).toContain("frame-ancestors 'none'");
  }
});

test("[HT-13] what is named after its contents may be kept for good; what is unchanged is not sent again; gzip for whoever takes it", async () => {
  const path = "/assets/main-1a2b.js";
  const plain = await app.request(path);
  expect(await plain.text()).toBe("run()");
  expect(plain.headers.get("content-type")).toContain("text/javascript");
  expect(plain.headers.get("cache-control")).toContain("immutable");
  const etag = plain.headers.get("etag") ?? "";
  const again = await app.request(path, {
    headers: { "if-none-match": etag },
  });
  expect(again.status).toBe(304);
  const packed = await app.request(path, {
    headers: { "accept-encoding": "br, gzip" },
  });
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  const unpacked = packed.body?.pipeThrough(new DecompressionStream("gzip"));
  expect(await new Response(unpacked).text()).toBe("run()");
});

test("[HT-13] the interface's addresses, files that are not there, and source maps are not the app's", async () => {
  for (const path of [
    "/v1/nowhere",
    "/.well-known/nothing",
    "/assets/gone.js",
    "/assets/main-1a2b.js.map",
    "/../package.json",
  ])
    expect((await app.request(path, page)).status).toBe(404);
  expect((await app.request("/patients")).status).toBe(404);
  const sync = await app.request("/sync", page);
  expect(sync.status).toBe(426);
});

test("[HT-13] a directory that is none, or holds no page, is no app", async () => {
  expect(await readAppFiles(join(directory, "assets"))).toBeUndefined();
  expect(await readAppFiles(join(directory, "nowhere"))).toBeUndefined();
});

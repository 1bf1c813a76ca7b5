/**
 * The app, as it was built: read once, served from memory. Files whose names follow their contents are kept by browsers for good; the
 * page and the service worker are asked for anew each time. Any other page's address is the app's to show. SPEC HT-11, HT-13.
 */
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { sha256Hex } from "@suture/schema";
import type { HttpApp } from "./http-deps.ts";
import { respondWithHttpError } from "./http-response.ts";

export interface AppFile {
  readonly contentType: string;
  readonly etag: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
}

/** By path, `/index.html` among them. */
export type AppFiles = ReadonlyMap<string, AppFile>;

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** Its own scripts and styles, its own server, pictures that it made itself; nothing of anybody else's, and no frames. */
export const appContentSecurityPolicy = [
  "default-src 'none'",
  // Automerge's, of which none is evaluated as text.
  "script-src 'self' 'wasm-unsafe-eval'",
  // Where fingers may scroll, which React Aria writes into the page; browser tests tell when it writes something else.
  "style-src 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Of a directory that Vite wrote. Undefined where there is none: the app was not built. */
export async function readAppFiles(
  directory: string,
): Promise<AppFiles | undefined> {
  let names: string[];
  try {
    names = await readdir(directory, { recursive: true });
  } catch {
    return undefined;
  }
  const files = new Map<string, AppFile>();
  for (const name of names.toSorted()) {
    const contentType = contentTypes[extname(name)];
    if (contentType === undefined) continue;
    const body = new Uint8Array(await readFile(join(directory, name)));
    const path = relative(directory, join(directory, name)).split(sep);
    files.set(`/${path.join("/")}`, {
      contentType,
      etag: `"${sha256Hex(body).slice(0, 32)}"`,
      body,
      gzipped: new Uint8Array(await promisify(gzip)(body)),
    });
  }
  return files.has("/index.html") ? files : undefined;
}

/** Behind all other routes. */
export function addAppFiles(app: HttpApp, files: AppFiles): void {
  app.get("*", (c) => {
    const { path } = c.req;
    const isPage =
      extname(path) === "" &&
      (c.req.header("accept") ?? "").includes("text/html");
    const file = files.get(path) ?? (isPage && files.get("/index.html"));
    // What is the interface's is not the app's, whoever asks.
    if (!file || path.startsWith("/v1/") || path.startsWith("/.well-known/"))
      return respondWithHttpError(c, "route-unknown");
    const headers = {
      "content-security-policy": appContentSecurityPolicy,
      "content-type": file.contentType,
      "cache-control": path.startsWith("/assets/")
        ? "public, max-age=31536000, immutable"
        : "no-cache",
      etag: file.etag,
      vary: "accept-encoding",
    };
    if (c.req.header("if-none-match") === file.etag)
      return c.body(null, 304, headers);
    const takesGzip = (c.req.header("accept-encoding") ?? "").includes("gzip");
    return takesGzip
      ? c.body(file.gzipped, 200, { ...headers, "content-encoding": "gzip" })
      : c.body(file.body, 200, headers);
  });
}

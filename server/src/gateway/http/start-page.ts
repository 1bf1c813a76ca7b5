/** The page at `/` for somebody who opens the server's address in a browser: what this is, and where the API is described. */
import { encodeUtf8, sha256 } from "@suture/schema";

const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 36rem; margin: 0 auto; padding: 2rem 1.25rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
ul { padding-left: 1.25rem; }
a { color: LinkText; }
`;

export const startPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Suture</title>
<style>${style}</style>
</head>
<body>
<h1>Suture</h1>
<p>This server keeps the records of clinic and service teams that work offline. Apps connect to it and sync; there is nothing to sign in to on this page.</p>
<ul>
<li><a href="/v1/openapi.json">The HTTP API (OpenAPI)</a></li>
<li><a href="/.well-known/jwks.json">The keys that check its signatures</a></li>
<li><a href="/readyz">Whether it is ready</a></li>
</ul>
</body>
</html>
`;

/** Nothing but this page's own style; no scripts, no frames, no forms. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${toBase64(sha256(encodeUtf8(style)))}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

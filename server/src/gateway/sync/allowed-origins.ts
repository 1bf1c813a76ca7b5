import type { Config } from "../../config.ts";

/**
 * The origins whose pages may open a sync socket: the server's own and those that were set. Its own is the public URL's, or
 * where it listens; on this machine all three names of it. Never taken from a request, which says what an attacker's page says.
 */
export function allowedOrigins(
  config: Pick<Config, "publicUrl" | "allowedOrigins" | "host">,
  port: number,
): ReadonlySet<string> {
  const { publicUrl, host } = config;
  const own =
    publicUrl === undefined
      ? [host, "localhost", "127.0.0.1", "[::1]"]
          .map((name) => `http://${name}:${port}`)
          .filter((url) => URL.canParse(url))
      : [publicUrl];
  return new Set(
    [...own, ...config.allowedOrigins].map((url) => new URL(url).origin),
  );
}

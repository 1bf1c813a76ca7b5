/** A peer's server, in a process of its own, started as its own documentation says. */
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";

import { TalkingProcess } from "../talking-process.ts";
import type {
  Away,
  FromPeerServer,
  PeerServerSetup,
  ToPeerServer,
} from "./party.ts";
import { nothingAway, type ServerUnderTest } from "./party-round.ts";
import type { StormSize } from "./storm-work.ts";

export interface PeerServerOptions {
  /** Its program, as a URL. */
  readonly program: URL;
  readonly size: StormSize;
  readonly away?: Away;
  /** Its data lie in a new directory below this one. */
  readonly directory: string;
  /** Whether its devices are told what is stored, so that it need not be asked. */
  readonly tellsItself?: boolean;
  /** What is not in its files after it was killed, in words. */
  missingIn(directory: string): Promise<readonly string[]>;
}

export async function startPeerServer(
  options: PeerServerOptions,
): Promise<ServerUnderTest> {
  const directory = await mkdtemp(join(options.directory, "round-"));
  const { size, away = nothingAway } = options;
  const setup: PeerServerSetup = { directory, size, away };
  const server = new TalkingProcess<ToPeerServer, FromPeerServer>(
    options.program.pathname,
    options.program,
    setup,
  );
  const { port } = await server.next("listening");
  return {
    port,
    pid: server.pid,
    ...(options.tellsItself !== true && {
      store: async () => {
        const stored = server.next("stored");
        server.tell({ kind: "store" });
        await stored;
      },
    }),
    kill: () => server.end(),
    async missingOnDisk() {
      const missing = await options.missingIn(directory);
      await rm(directory, { recursive: true });
      return missing;
    },
  };
}

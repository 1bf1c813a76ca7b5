/** A client that knows nothing of Suture: automerge-repo's own `Repo` and WebSocket adapter, as installed. */
import { Repo, type DocHandle, type PeerId } from "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";
import { recordIdSchema, type RecordId } from "@suture/schema";
import { z } from "zod";

import type { PersonKey, RealWorld } from "./real-world.test-support.ts";

export type PlainDocument = Record<string, unknown>;

const ticketSchema = z.object({ ticket: z.string(), deviceId: z.string() });
const refusalSchema = z.object({
  type: z.literal("suture-refused"),
  code: z.string(),
  message: z.string(),
  hash: z.string().nullable(),
  isRetryable: z.boolean(),
});
export type PlainRefusal = z.infer<typeof refusalSchema> & {
  readonly recordId: RecordId;
};

export class PlainClient {
  readonly repo: Repo;
  /** In the order in which they were told. */
  readonly refusals: PlainRefusal[] = [];
  readonly deviceId: string;
  readonly #watchers = new Set<() => void>();

  private constructor(url: string, deviceId: string, name: string) {
    this.deviceId = deviceId;
    this.repo = new Repo({
      network: [new WebSocketClientAdapter(url, 100)],
      peerId: name as PeerId,
      isEphemeral: true,
    });
  }

  /** As somebody of the sample, who gives it their ticket. */
  static async join(
    world: RealWorld,
    who: PersonKey,
    name = "plain",
  ): Promise<PlainClient> {
    const ask = await world.ask(who);
    const { status, body } = await ask("/v1/automerge-tickets", {});
    if (status !== 201) throw new Error(`no ticket: ${status}`);
    const { ticket, deviceId } = ticketSchema.parse(body);
    const url = `${world.url.replace("http", "ws")}/automerge?ticket=${ticket}`;
    return new PlainClient(url, deviceId, name);
  }

  async open(recordId: RecordId): Promise<DocHandle<PlainDocument>> {
    const url = `automerge:${recordId}` as `automerge:${string}` & {
      readonly __documentUrl: true;
    };
    const handle = await this.repo.find<PlainDocument>(url);
    handle.on("change", () => this.#look());
    handle.on("ephemeral-message", ({ message }) => {
      const refusal = refusalSchema.parse(message);
      this.refusals.push({
        ...refusal,
        recordId: recordIdSchema.parse(handle.documentId),
      });
      this.#look();
    });
    return handle;
  }

  /** Resolves once it holds; asked again after everything that arrives. The test's own limit ends it otherwise. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  close(): Promise<void> {
    return this.repo.shutdown();
  }

  #look(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

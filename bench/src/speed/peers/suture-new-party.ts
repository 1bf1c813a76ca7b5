/** A device of Suture that has nothing yet: it asks for whole records page by page, then for what was written meanwhile. */
import { encodeFrame, type ScopeId, type ServerMessage } from "@suture/schema";

import { missedRecords, returning } from "../away-work.ts";
import type { OpenParty } from "../party.ts";
import type { Measured } from "../rounds.ts";
import { Traffic } from "../traffic.ts";
import { tokenFileIn } from "./hospital-files.ts";
import { helloOf } from "./suture-party.ts";
import { readHospital } from "./suture-hospital.ts";
import { lineHeaders, SyncLine } from "./sync-line.ts";

const quietMs = 1_000;

export const openParty: OpenParty = async ({ work, away, directory, port }) => {
  const devices = await readHospital(directory);
  const device = devices[returning];
  if (device === undefined) throw new Error("there is no device");
  const headers = await lineHeaders(
    port,
    tokenFileIn(directory, returning),
    device.syncToken,
  );
  const kept = new Map<string, Uint8Array>();
  const unfinished = new Set<ScopeId>();

  return {
    async comeBack(): Promise<Measured> {
      const traffic = new Traffic();
      const startMs = performance.now();
      let firstMs = 0;
      let onAll: () => void = () => undefined;
      const all = new Promise<void>((resolve) => (onAll = resolve));
      const keep = (hash: string, bytes: Uint8Array) => {
        if (kept.size === 0) firstMs = performance.now() - startMs;
        kept.set(hash, bytes);
      };
      const onMessage = (message: ServerMessage) => {
        switch (message.type) {
          case "welcome":
            for (const { scopeId } of message.scopes) {
              unfinished.add(scopeId);
              pullSnapshot(scopeId, null, null);
            }
            return;
          case "snapshot": {
            const { scopeId, at, next } = message;
            for (const { changes } of message.records)
              for (const { hash, bytes } of changes) keep(hash, bytes);
            if (next !== null) return pullSnapshot(scopeId, at, next);
            line.send(encodeFrame({ type: "pull", scopeId, cursor: at }));
            return;
          }
          case "changes": {
            const { scopeId, cursor, rows, hasMore } = message;
            for (const { hash, bytes } of rows)
              if (bytes !== null) keep(hash, bytes);
            if (hasMore)
              line.send(encodeFrame({ type: "pull", scopeId, cursor }));
            else if (unfinished.delete(scopeId) && unfinished.size === 0)
              onAll();
            return;
          }
          default:
            return;
        }
      };
      const pullSnapshot = (
        scopeId: ScopeId,
        at: Extract<ServerMessage, { type: "snapshot" }>["at"] | null,
        after: Extract<ServerMessage, { type: "snapshot" }>["next"],
      ) =>
        line.send(encodeFrame({ type: "pull-snapshot", scopeId, at, after }));
      const line = SyncLine.open(port, headers, {
        hello: helloOf({ ...device, cursors: {} }, []),
        onMessage,
        onClose: () => undefined,
      });
      traffic.watch(line.socket);
      await all;
      return {
        ...(await traffic.settle(quietMs)),
        "time until the first records": { value: firstMs, unit: "ms" },
      };
    },
    differences: async () => {
      const ids = new Set(missedRecords(work, away).map(({ id }) => id));
      return devices
        .flatMap(({ edits }) => edits)
        .filter(({ recordId, hash, bytes }) => {
          const own = kept.get(hash);
          return (
            ids.has(recordId) &&
            (own === undefined || Buffer.compare(own, bytes) !== 0)
          );
        })
        .map(({ hash }) => `the device has ${hash} otherwise`);
    },
  };
};

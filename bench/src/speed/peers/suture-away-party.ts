/** One device of Suture that comes back to what it holds: as the storm's, it speaks the protocol and keeps what it is sent. */
import { encodeFrame, type ServerMessage } from "@suture/schema";

import { broughtRecords, missedRecords, returning } from "../away-work.ts";
import type { OpenParty } from "../party.ts";
import { Traffic } from "../traffic.ts";
import { tokenFileIn } from "./hospital-files.ts";
import { helloOf, pushesOf } from "./suture-party.ts";
import { readHospital } from "./suture-hospital.ts";
import { lineHeaders, SyncLine } from "./sync-line.ts";

/** Between an answer and whatever the server says besides. */
const quietMs = 1_000;

export const openParty: OpenParty = async ({ work, away, directory, port }) => {
  const devices = await readHospital(directory);
  const editsOf = (records: readonly { readonly id: string }[]) => {
    const ids = new Set(records.map(({ id }) => id));
    return devices
      .flatMap(({ edits }) => edits)
      .filter(({ recordId }) => ids.has(recordId));
  };
  const device = devices[returning];
  if (device === undefined) throw new Error("there is no device");
  const brought = editsOf(broughtRecords(work, away));
  const missed = editsOf(missedRecords(work, away));
  const headers = await lineHeaders(
    port,
    tokenFileIn(directory, returning),
    device.syncToken,
  );
  const hello = helloOf(device, brought);
  const pushes = pushesOf(device, brought);
  const accepted = new Set<string>();
  const kept = new Map<string, Uint8Array>();

  return {
    async comeBack() {
      const traffic = new Traffic();
      let nextPush = 0;
      const pushMore = () => {
        const push = pushes[nextPush];
        nextPush += 1;
        if (push !== undefined) line.send(push);
      };
      const onMessage = (message: ServerMessage) => {
        if (message.type === "welcome")
          for (let count = 0; count < 4; count += 1) pushMore();
        if (message.type === "verdicts") {
          for (const { hash, verdict } of message.verdicts)
            if (verdict === "accepted") accepted.add(hash);
          pushMore();
        }
        if (message.type !== "changes") return;
        for (const { hash, bytes } of message.rows)
          if (bytes !== null) kept.set(hash, bytes);
        const { scopeId, cursor, hasMore } = message;
        if (hasMore) line.send(encodeFrame({ type: "pull", scopeId, cursor }));
      };
      const line = SyncLine.open(port, headers, {
        hello,
        onMessage,
        onClose: () => undefined,
      });
      traffic.watch(line.socket);
      return traffic.settle(quietMs);
    },
    differences: async () => [
      ...brought
        .filter(({ hash }) => !accepted.has(hash))
        .map(({ hash }) => `${hash} is not acknowledged`),
      ...missed
        .filter(({ hash, bytes }) => {
          const own = kept.get(hash);
          return own === undefined || Buffer.compare(own, bytes) !== 0;
        })
        .map(({ hash }) => `the device has ${hash} otherwise`),
    ],
  };
};

/** Suture's devices at work: connected and up to date, each edit a push of its own. */
import { encodeFrame, type ServerMessage } from "@suture/schema";

import type { OpenParty } from "../party.ts";
import { inTurns, SteadyEdits } from "../steady-edits.ts";
import { devicesPerClinic, editCount } from "../storm-work.ts";
import { tokenFileIn } from "./hospital-files.ts";
import { readHospital, type HospitalDevice } from "./suture-hospital.ts";
import { helloOf } from "./suture-party.ts";
import { lineHeaders, SyncLine, type LineHeaders } from "./sync-line.ts";

export const openParty: OpenParty = async ({ work, directory, port }) => {
  const devices = await readHospital(directory);
  const edits = new SteadyEdits(editCount(work), devicesPerClinic - 1);
  const refused: string[] = [];
  const headers: LineHeaders[] = [];
  for (const [number, { syncToken }] of devices.entries())
    headers.push(
      await lineHeaders(port, tokenFileIn(directory, number), syncToken),
    );
  const nothingUnsynced = { people: [], recordIds: [] };

  function connect(number: number, device: HospitalDevice): Promise<SyncLine> {
    return new Promise((resolve, reject) => {
      const own = headers[number];
      if (own === undefined) throw new Error("a device has no proof");
      const onMessage = (message: ServerMessage) => {
        if (message.type === "welcome") resolve(line);
        if (message.type === "changes")
          for (const { hash, bytes } of message.rows)
            if (bytes !== null) edits.arrived(hash);
        if (message.type === "verdicts")
          for (const { verdict } of message.verdicts)
            if (verdict !== "accepted") refused.push(verdict);
      };
      const line = SyncLine.open(port, own, {
        hello: helloOf(device, []),
        onMessage,
        onClose: (code) => reject(new Error(`closed with ${code}`)),
      });
    });
  }

  const frames = inTurns(
    devices.map((device) =>
      device.edits.map(({ recordId, hash, bytes }, pushId) => ({
        hash,
        frame: encodeFrame({
          type: "push",
          pushId,
          token: device.syncToken,
          changes: [{ recordId, bytes }],
          unsynced: nothingUnsynced,
        }),
      })),
    ),
  );

  return {
    async comeBack() {
      const lines = await Promise.all(
        devices.map((device, number) => connect(number, device)),
      );
      return edits.run((number, noteName) => {
        const next = frames[number];
        if (next === undefined) throw new Error("there are no more edits");
        noteName(next.item.hash);
        lines[next.device]?.send(next.item.frame);
      });
    },
    // That each edit arrived is what ended the run.
    differences: async () => refused.map((verdict) => `an edit was ${verdict}`),
  };
};

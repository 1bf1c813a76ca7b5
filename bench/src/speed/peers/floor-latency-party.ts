/** The floor's devices at work: every edit is flushed and forwarded, and that is all. */
import { Decoder, Encoder } from "cbor-x";
import { once } from "node:events";
import { WebSocket } from "ws";

import type { OpenParty } from "../party.ts";
import { inTurns, SteadyEdits } from "../steady-edits.ts";
import { devicesPerClinic, editCount } from "../storm-work.ts";
import type { FromFloor, ToFloor } from "./floor-protocol.ts";
import { readHospital } from "./suture-hospital.ts";

const options = { useRecords: false, mapsAsObjects: true } as const;
const encoder = new Encoder({ ...options, tagUint8Array: false });
const decoder = new Decoder(options);

export const openParty: OpenParty = async ({ work, directory, port }) => {
  const devices = await readHospital(directory);
  const edits = new SteadyEdits(editCount(work), devicesPerClinic - 1);
  const frames = inTurns(
    devices.map((device) =>
      device.edits.map(({ recordId, bytes }, pushId) => ({
        name: nameOf(bytes),
        frame: frameOf({
          type: "push",
          pushId,
          changes: [{ recordId, bytes }],
        }),
      })),
    ),
  );

  async function connect(clinic: number): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, {
      perMessageDeflate: false,
    });
    socket.on("message", (frame: Buffer) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both ends are this program, built together
      const message = decoder.decode(frame) as FromFloor | ToFloor;
      if ("changes" in message)
        for (const { bytes } of message.changes) edits.arrived(nameOf(bytes));
    });
    await once(socket, "open");
    socket.send(frameOf({ type: "hello", clinic }));
    return socket;
  }

  return {
    async comeBack() {
      const sockets = await Promise.all(
        devices.map(({ clinic }) => connect(clinic)),
      );
      return edits.run((number, noteName) => {
        const next = frames[number];
        if (next === undefined) throw new Error("there are no more edits");
        noteName(next.item.name);
        sockets[next.device]?.send(next.item.frame);
      });
    },
    // That each edit arrived is what ended the run.
    differences: async () => [],
  };
};

function nameOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(
    "latin1",
  );
}

function frameOf(message: ToFloor): Uint8Array {
  return encoder.encode(message);
}

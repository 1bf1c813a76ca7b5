/** The floor's devices: the same batches of the same bytes as Suture's, and nothing to say but where they belong. */
import { Decoder, Encoder } from "cbor-x";
import { WebSocket } from "ws";

import { AwaitedArrivals } from "../awaited-arrivals.ts";
import type { OpenParty } from "../party.ts";
import type { FromFloor, ToFloor } from "./floor-protocol.ts";
import { inBatches } from "./in-batches.ts";
import { readHospital } from "./suture-hospital.ts";

const options = { useRecords: false, mapsAsObjects: true } as const;
const encoder = new Encoder({ ...options, tagUint8Array: false });
const decoder = new Decoder(options);

export const openParty: OpenParty = async ({ work, directory, port }) => {
  const devices = await readHospital(directory, work.devices);
  const batchesByDevice = devices.map(({ edits }) => inBatches(edits));
  const expectedByDevice = devices.map((device) =>
    devices
      .filter((other) => other !== device && other.clinic === device.clinic)
      .flatMap(({ edits }) => edits.map(({ bytes }) => nameOf(bytes))),
  );
  const framesByDevice = devices.map(({ clinic }, at) => [
    frameOf({ type: "hello", clinic }),
    ...(batchesByDevice[at] ?? []).map((batch, pushId) =>
      frameOf({
        type: "push",
        pushId,
        changes: batch.map(({ recordId, bytes }) => ({ recordId, bytes })),
      }),
    ),
  ]);
  const sockets: WebSocket[] = [];
  const kept = devices.map(() => new Set<string>());
  const reached = new AwaitedArrivals(expectedByDevice);
  const stored = new AwaitedArrivals(
    batchesByDevice.map((batches) => batches.map((_, pushId) => `${pushId}`)),
  );

  function connect(at: number, frames: readonly Uint8Array[]): void {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, {
      perMessageDeflate: false,
    });
    sockets.push(socket);
    socket.once("open", () => {
      for (const frame of frames) socket.send(frame);
    });
    socket.on("message", (frame: Buffer) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both ends are this program, built together
      const message = decoder.decode(frame) as FromFloor;
      if (message.type === "stored")
        return stored.arrived(at, String(message.pushId));
      for (const { bytes } of message.changes) {
        const name = nameOf(bytes);
        kept[at]?.add(name);
        reached.arrived(at, name);
      }
    });
  }

  return {
    async comeBack() {
      const startMs = performance.now();
      for (const [at, frames] of framesByDevice.entries()) connect(at, frames);
      await Promise.all([reached.all(), stored.all()]);
      const both = {
        value: performance.now() - startMs,
        unit: "ms",
      } as const;
      return { "everybody has everything": both, "and it is stored": both };
    },
    differences: async () =>
      devices.flatMap(({ number }, at) =>
        (expectedByDevice[at] ?? [])
          .filter((name) => kept[at]?.has(name) !== true)
          .map((name) => `device ${number} lacks ${name}`),
      ),
    async leave() {
      for (const socket of sockets) socket.close();
    },
  };
};

/** Changes differ in their bytes; their names are kept beside them by whoever has any. */
function nameOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(
    "latin1",
  );
}

function frameOf(message: ToFloor): Uint8Array {
  return encoder.encode(message);
}

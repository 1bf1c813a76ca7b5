/**
 * Devices that are connected and idle: real sockets with the tokens and proofs of real devices, each of which has said hello and is
 * up to date with its scopes. Answers pings, as a device must.
 */
import { encodeFrame, type ServerMessage } from "@suture/schema";

import { tokenFileIn } from "../peers/hospital-files.ts";
import { helloOf, pushesOf } from "../peers/suture-party.ts";
import { lineHeaders, SyncLine } from "../peers/sync-line.ts";
import { clinicOf } from "../storm-work.ts";
import { readHeldDevices } from "./hold-ground.ts";
import {
  holdSetupSchema,
  type FromHolding,
  type ToHolding,
} from "./hold-protocol.ts";

/** As many as a server lets wait for a welcome is far more. */
const connectingAtOnce = 32;

const { directory, port, from, to } = holdSetupSchema.parse(
  JSON.parse(process.argv[2] ?? "{}"),
);
const devices = await readHeldDevices(directory);

interface Connection {
  readonly device: number;
  readonly line: SyncLine;
  readonly seen: Set<string>;
}
const connections: Connection[] = [];
let onRow: () => void = () => undefined;
/** None may go while memory is counted. */
let closedWith: number | undefined;

process.once("disconnect", () => process.exit(0));
process.on("message", (message: ToHolding) => {
  answer(message).then(tell, fail);
});

async function answer(message: ToHolding): Promise<FromHolding> {
  if (closedWith !== undefined) throw new Error(`closed with ${closedWith}`);
  switch (message.kind) {
    case "connect": {
      let next = from;
      const connectMore = async () => {
        while (next < to) {
          const number = next % devices.length;
          next += 1;
          connections.push(await connect(number));
        }
      };
      await Promise.all(Array.from({ length: connectingAtOnce }, connectMore));
      return { kind: "connected" };
    }
    case "push": {
      const { author, device, change } = editOf(message.edit);
      const own = connections.find((one) => one.device === author);
      const [frame] = pushesOf(device, [change]);
      if (own === undefined || frame === undefined)
        throw new Error("nobody can push");
      own.line.send(frame);
      return { kind: "pushed" };
    }
    case "follow": {
      const { author, change } = editOf(message.edit);
      const followers = connections.filter(
        ({ device }) => clinicOf(device) === clinicOf(author),
      );
      await new Promise<void>((resolve) => {
        onRow = () => {
          if (followers.every(({ seen }) => seen.has(change.hash))) resolve();
        };
        onRow();
      });
      return { kind: "followed" };
    }
  }
}

/** Of the devices in turns, each in its own order. */
function editOf(edit: number) {
  const author = edit % devices.length;
  const device = devices[author];
  const change = device?.edits[Math.floor(edit / devices.length)];
  if (device === undefined || change === undefined)
    throw new Error("there are no more edits");
  return { author, device, change };
}

async function connect(number: number): Promise<Connection> {
  const device = devices[number];
  if (device === undefined) throw new Error("there is no such device");
  const file = tokenFileIn(directory, number);
  const headers = await lineHeaders(port, file, device.syncToken);
  const seen = new Set<string>();
  return new Promise((resolve) => {
    const onMessage = (message: ServerMessage) => {
      if (message.type === "welcome") resolve({ device: number, line, seen });
      if (message.type === "ping")
        line.send(encodeFrame({ type: "pong", number: message.number }));
      if (message.type !== "changes") return;
      for (const { hash } of message.rows) seen.add(hash);
      onRow();
    };
    const line = SyncLine.open(port, headers, {
      hello: helloOf(device, []),
      onMessage,
      onClose(code) {
        closedWith = code;
        fail(new Error(`closed with ${code}`));
      },
    });
  });
}

function fail(cause: unknown): void {
  const reason = cause instanceof Error ? (cause.stack ?? cause.message) : "";
  process.send?.({ kind: "failed", reason });
}

function tell(message: FromHolding): void {
  process.send?.(message);
}

tell({ kind: "prepared" });

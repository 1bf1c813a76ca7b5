import {
  encodeFrame,
  protocolVersion,
  schemaVersion,
  type Cursor,
  type DeviceId,
  type ScopeId,
} from "@suture/schema";

import { clinicOf } from "../storm-work.ts";
import { tokenFileIn } from "./hospital-files.ts";
import { lineHeaders, SyncLine } from "./sync-line.ts";

export type Cursors = Readonly<Record<ScopeId, Cursor>>;

/** Where the logs of each clinic end now, as the server tells one device of it. */
export async function readCursors(
  url: string,
  directory: string,
  devices: readonly {
    readonly deviceId: DeviceId;
    readonly syncToken: string;
  }[],
): Promise<ReadonlyMap<number, Cursors>> {
  const port = Number(new URL(url).port);
  const cursorsByClinic = new Map<number, Cursors>();
  for (const [device, { deviceId, syncToken }] of devices.entries()) {
    if (cursorsByClinic.has(clinicOf(device))) continue;
    const file = tokenFileIn(directory, device);
    const headers = await lineHeaders(port, file, syncToken);
    const cursors = await new Promise<Cursors>((resolve, reject) => {
      const line = SyncLine.open(port, headers, {
        hello: encodeFrame({
          type: "hello",
          protocolVersion,
          schemaVersion,
          appVersion: "bench",
          deviceId,
          cursors: {},
          unsynced: { people: [], recordIds: [] },
        }),
        onMessage(message) {
          if (message.type !== "welcome") return;
          resolve(
            Object.fromEntries(
              message.scopes.map(({ scopeId, end }) => [scopeId, end]),
            ),
          );
          line.close();
        },
        onClose: (code) => reject(new Error(`closed with ${code}`)),
      });
    });
    cursorsByClinic.set(clinicOf(device), cursors);
  }
  return cursorsByClinic;
}

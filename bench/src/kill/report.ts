import type { FillDisksReport } from "./fill-disks.ts";
import type { KillDeviceReport } from "./kill-device.ts";
import type { KillServerReport } from "./kill-server.ts";
import type { TraceFlushesReport } from "./trace-flushes.ts";

/** What was asked for, part by part. */
export interface KillReport {
  readonly server?: KillServerReport;
  readonly device?: KillDeviceReport;
  readonly disk?: FillDisksReport;
  readonly order?: TraceFlushesReport;
}

/** Whether everything held that could be tried here. What was never done proves nothing, and does not count as held. */
export function isSound({ server, device, disk, order }: KillReport): boolean {
  const isServerSound =
    server === undefined ||
    (server.failures.length === 0 &&
      server.acknowledged > 0 &&
      (server.rounds < Object.keys(server.killedAt).length ||
        Object.values(server.killedAt).every((times) => times > 0)));
  const isDeviceSound =
    device === undefined ||
    (device.failures.length === 0 && device.kills > 0 && device.saved > 0);
  const isDiskSound =
    disk === undefined || disk.missing !== null || disk.broken.length === 0;
  const isOrderSound =
    order === undefined ||
    order.missing !== null ||
    [order.server, order.device].every(
      ({ told, toldTooEarly }) => told > 0 && toldTooEarly === 0,
    );
  return isServerSound && isDeviceSound && isDiskSound && isOrderSound;
}

export function inWords({ server, device, disk, order }: KillReport): string {
  return [
    ...(server === undefined
      ? []
      : [
          `server: ${server.rounds} rounds in ${server.seconds.toFixed(0)} s (${Object.entries(
            server.killedAt,
          )
            .map(([point, times]) => `${point} ${times}`)
            .join(", ")})`,
          `  ${server.saved} changes saved, ${server.acknowledged} acknowledged, ${server.failures.length} failures`,
        ]),
    ...(device === undefined
      ? []
      : [
          `device: ${device.kills} kills at ${device.calls} calls in ${device.seconds.toFixed(0)} s`,
          `  ${device.saved} changes saved, ${device.failures.length} failures`,
        ]),
    ...(disk === undefined
      ? []
      : disk.missing === null
        ? [
            `disk: ${disk.held.length} of ${disk.held.length + disk.broken.length} held, acknowledged ${disk.recoveredMs} ms after there was space`,
            ...disk.broken.map((sentence) => `  not so: ${sentence}`),
          ]
        : [`disk: not tried. Missing is ${disk.missing}`]),
    ...(order === undefined
      ? []
      : order.missing === null
        ? [
            `order: ${order.server.told} verdicts, ${order.server.toldTooEarly} before their flush`,
            `  ${order.device.told} times "saved", ${order.device.toldTooEarly} before its flush`,
          ]
        : [`order: not shown. Missing is ${order.missing}`]),
  ].join("\n");
}

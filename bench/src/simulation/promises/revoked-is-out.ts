/**
 * PM-13: once the server has taken a membership's end, or a device's, nothing that its person writes or the device sends is admitted
 * any more, and nothing that is admitted later reaches that device.
 */
import type { BrokenPromise } from "../run.ts";
import type { Check } from "./check.ts";
import type { Evidence, News } from "./evidence.ts";
import { changeName } from "./held-changes.ts";
import type { LogRow } from "./server-log.ts";

export class RevokedIsOut implements Check {
  readonly #evidence: Evidence;
  /** From which look on; by member. */
  readonly #outSince = new Map<string, number>();
  /** By device id. */
  readonly #revokedSince = new Map<string, number>();
  readonly #deviceIds = new Map<string, string>();

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  begin({ disks }: News): void {
    this.#noteDeviceIds(disks);
  }

  afterStep({ journal, committed, disks }: News): BrokenPromise | undefined {
    this.#noteDeviceIds(disks);
    // What a restored server is brought back was judged once, under the rights that then were.
    const isRestored = this.#evidence.server.setBackCount > 0;
    const broken = isRestored
      ? undefined
      : (this.#writtenAfterTheEnd(committed ?? []) ??
        this.#receivedAfterTheEnd(disks));
    this.#noteEnds(journal, committed ?? []);
    return broken;
  }

  #noteDeviceIds(disks: News["disks"]): void {
    for (const [device, { written }] of disks)
      for (const { personId, deviceId } of written)
        if (personId !== null) this.#deviceIds.set(device, deviceId);
  }

  #writtenAfterTheEnd(committed: readonly LogRow[]): BrokenPromise | undefined {
    const row = committed.find(
      (one) =>
        !this.#stoodBefore(one) &&
        ((one.look > (this.#outSince.get(one.memberId) ?? Infinity) &&
          !mayBeLetInBefore(one, committed)) ||
          one.look > (this.#revokedSince.get(one.deviceId) ?? Infinity)),
    );
    return (
      row && {
        promise: "PM-13",
        words: `change ${row.hash} of ${row.recordType} ${row.recordId} was admitted after its author or device had been shut out`,
      }
    );
  }

  /** A record that moves takes its rows along, whoever wrote them. */
  #stoodBefore({ recordId, hash, look }: LogRow): boolean {
    const rows = this.#evidence.server.committed.get(
      changeName(recordId, hash),
    );
    return rows?.some((row) => row.look < look) ?? false;
  }

  #receivedAfterTheEnd(disks: News["disks"]): BrokenPromise | undefined {
    for (const [device, { written }] of disks) {
      const since = this.#revocationOf(device);
      if (since === undefined) continue;
      const late = written.find(
        ({ personId, recordId, hash }) =>
          personId === null &&
          (
            this.#evidence.server.committed.get(changeName(recordId, hash)) ??
            []
          ).every(({ look }) => look > since),
      );
      if (late !== undefined)
        return {
          promise: "PM-13",
          words: `${device}, which was revoked, was sent change ${late.hash}, admitted since`,
        };
    }
    return undefined;
  }

  #revocationOf(device: string): number | undefined {
    const deviceId = this.#deviceIds.get(device);
    return deviceId === undefined
      ? undefined
      : this.#revokedSince.get(deviceId);
  }

  #noteEnds(journal: News["journal"], committed: readonly LogRow[]): void {
    const { server } = this.#evidence;
    for (const entry of journal) {
      // Where no answer came, it may not have been.
      if (entry.kind === "device-revoked" && entry.isCertain)
        this.#revokedSince.set(entry.deviceId, server.lookCount);
    }
    const members = committed.filter(
      ({ recordType }) => recordType === "member",
    );
    for (const recordId of new Set(members.map((row) => row.recordId))) {
      const held = server.hashesOf(recordId);
      const live = this.#evidence
        .modelOf(recordId)
        .liveStatements("membership", held);
      const isOut = live.some(({ content }) => content["active"] !== true);
      if (!isOut) this.#outSince.delete(recordId);
      else if (!this.#outSince.has(recordId))
        this.#outSince.set(recordId, server.lookCount);
    }
  }
}

/** Whether, in the same look, something was said of its author's membership that may have come first: the order of two scopes is not known. */
function mayBeLetInBefore(row: LogRow, committed: readonly LogRow[]): boolean {
  return committed.some(
    ({ recordId, scopeId, sequence }) =>
      recordId === row.memberId &&
      (scopeId !== row.scopeId || sequence < row.sequence),
  );
}

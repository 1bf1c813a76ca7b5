/**
 * The same storm with one critical edit on each device: a signed statement that a colleague contests. It is safe once its verdict
 * says that it is durable and the review queue names it; as the SDK does, each device sends it before everything else.
 */
import type { ServerMessage } from "@suture/schema";

import { quantile } from "../figure.ts";
import type { OpenParty } from "../party.ts";
import type { Measured } from "../rounds.ts";
import { readHospital } from "./suture-hospital.ts";
import { pushesOf, SutureParty } from "./suture-party.ts";

export const openParty: OpenParty = async (setup) => {
  const devices = await readHospital(setup.directory, setup.work.devices);
  const party = await new SutureParty(
    setup,
    devices.map((device) => {
      const first = pushesOf(device, [device.critical], {
        later: device.edits,
      });
      const rest = pushesOf(device, device.edits, { before: first.length });
      return {
        device,
        changes: [device.critical, ...device.edits],
        pushes: [...first, ...rest],
      };
    }),
  ).prepare();
  const durableAtMs = new Map<string, number>();
  const inReviewAtMs = new Map<string, number>();
  const critical = new Set(devices.map((device) => device.critical.hash));
  party.onMessage = (message: ServerMessage) => {
    const nowMs = performance.now();
    if (message.type === "verdicts")
      for (const { hash } of message.verdicts)
        if (critical.has(hash)) durableAtMs.set(hash, nowMs);
    if (message.type === "reviews")
      for (const task of message.open)
        for (const opId of task.kind === "conflict" ? task.candidates : [])
          if (!inReviewAtMs.has(opId)) inReviewAtMs.set(opId, nowMs);
  };

  return {
    async comeBack(): Promise<Measured> {
      const startMs = performance.now();
      const storm = await party.comeBack();
      const safeMs = devices
        .map(({ critical: { hash, opId } }) => {
          const durable = durableAtMs.get(hash);
          const inReview = inReviewAtMs.get(opId);
          // Whoever is not told of it is found by `differences`.
          return Math.max(durable ?? 0, inReview ?? 0) - startMs;
        })
        .toSorted((a, b) => a - b);
      const ms = (value: number) => ({ value, unit: "ms" }) as const;
      return {
        ...storm,
        "a critical edit is safe (p50)": ms(quantile(safeMs, 0.5)),
        "a critical edit is safe (p99)": ms(quantile(safeMs, 0.99)),
      };
    },
    async differences() {
      const unsafe = devices.filter(
        ({ critical: { hash, opId } }) =>
          !durableAtMs.has(hash) || !inReviewAtMs.has(opId),
      );
      return [
        ...(await party.differences()),
        ...unsafe.map(({ critical: { hash } }) => `${hash} is in no review`),
      ];
    },
    leave: () => party.leave(),
  };
};

import type { equipment } from "@suture/schema";

import { entryOf, type WayToWrite } from "./way-to-write.ts";

const operationalStatuses = [
  "in-service",
  "restricted",
  "out-of-service",
] as const;

/** What is written about a piece of equipment. */
export const equipmentWriting: readonly WayToWrite<typeof equipment>[] = [
  {
    target: "locationText",
    weight: 3,
    write(draft, pen) {
      const value = pen.unique("Bay");
      draft.locationText = value;
      return { kind: "scalar", field: "locationText", value };
    },
  },
  {
    target: "deviceName",
    weight: 1,
    write(draft, pen) {
      const value = pen.unique("Defibrillator");
      draft.deviceName = value;
      return { kind: "scalar", field: "deviceName", value };
    },
  },
  {
    target: "useCount",
    weight: 3,
    write({ useCount }, pen) {
      const by = pen.random.between(1, 9);
      useCount.add(by);
      return { kind: "counter", field: "useCount", by };
    },
  },
  {
    target: "notes",
    weight: 1,
    write({ notes }, pen) {
      const text = pen.unique("Beeps");
      return entryOf("notes", notes, notes.set({ status: "active", text }));
    },
  },
  {
    target: "identifiers",
    weight: 1,
    write({ identifiers }, pen) {
      const entries = Object.keys(identifiers.entries);
      const entry = { status: "active", value: pen.unique("Asset") } as const;
      if (entries.length > 0 && pen.random.happens(0.3)) {
        const entryId = pen.random.pick(entries);
        identifiers.withdraw(entryId);
        return entryOf("identifiers", identifiers, entryId);
      }
      return entryOf("identifiers", identifiers, identifiers.set(entry));
    },
  },
  {
    target: "fitness",
    weight: 4,
    write({ fitness }, pen) {
      const { operationalStatus } = fitness;
      fitness.operationalStatus = pen.random.pick(
        operationalStatuses.filter((status) => status !== operationalStatus),
      );
      return "group";
    },
  },
  {
    target: "fitness",
    weight: 2,
    write({ fitness }, pen) {
      fitness.quarantine =
        fitness.quarantine !== null && pen.random.happens(0.4)
          ? null
          : { reason: pen.unique("Smoke"), since: pen.date() };
      return "group";
    },
  },
  {
    target: "fitness",
    weight: 2,
    write({ fitness: { safetyNotices } }, pen) {
      safetyNotices.add({ status: "active", text: pen.unique("Recall") });
      return "group";
    },
  },
  {
    target: "fitness",
    weight: 1,
    write({ fitness: { safetyNotices } }, pen) {
      const entries = Object.entries(safetyNotices.entries);
      if (entries.length === 0) return null;
      const [entryId, notice] = pen.random.pick(entries);
      safetyNotices.end(entryId, { ...notice, status: "resolved" });
      return "group";
    },
  },
];

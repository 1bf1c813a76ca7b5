import { workDigest, type serviceJob } from "@suture/schema";

import { entryOf, type WayToWrite } from "./way-to-write.ts";

const workStatuses = [
  "requested",
  "accepted",
  "in-progress",
  "on-hold",
] as const;

/** What is written about a service job. */
export const serviceJobWriting: readonly WayToWrite<typeof serviceJob>[] = [
  {
    target: "description",
    weight: 4,
    write({ description }, pen) {
      const inserted = `${pen.unique("Fan rattles")}. `;
      const { value } = description;
      const at = pen.random.pick(sentenceStarts(value));
      description.replace(value.slice(0, at) + inserted + value.slice(at));
      return { kind: "text", field: "description", inserted };
    },
  },
  {
    target: "requester",
    weight: 1,
    write(draft, pen) {
      const value = pen.unique("Ward sister");
      draft.requester = value;
      return { kind: "scalar", field: "requester", value };
    },
  },
  {
    target: "workStatus",
    weight: 1,
    write(draft, pen) {
      const value = pen.random.pick(
        workStatuses.filter((status) => status !== draft.workStatus),
      );
      draft.workStatus = value;
      return { kind: "scalar", field: "workStatus", value };
    },
  },
  {
    target: "readings",
    weight: 1,
    write({ readings }, pen) {
      const entryId = readings.set({
        status: "final",
        code: { text: "hours run" },
        value: { value: String(pen.number()), unit: "h" },
      });
      return entryOf("readings", readings, entryId);
    },
  },
  {
    target: "service",
    weight: 4,
    write({ service }, pen) {
      const { partsReplaced } = service;
      partsReplaced.add({
        kind: "part",
        status: "active",
        code: { text: pen.unique("Battery") },
        quantity: 1,
      });
      service.completion = null;
      return "group";
    },
  },
  {
    target: "service",
    weight: 3,
    write({ service }, pen) {
      service.safetyTest = {
        result: pen.random.happens(0.8) ? "passed" : "failed",
        protocol: pen.unique("IEC 62353"),
        measurements: [],
        at: pen.date(),
      };
      service.completion = null;
      return "group";
    },
  },
  {
    target: "service",
    weight: 2,
    write({ service }, pen) {
      const parts = service.partsReplaced.entries;
      if (Object.keys(parts).length === 0) return null;
      const { safetyTest } = service;
      const closes = workDigest({ partsReplaced: parts, safetyTest });
      service.completion = { at: pen.date(), closes };
      return "group";
    },
  },
];

/** Where a sentence may be put in: nobody types into the middle of a colleague's. */
function sentenceStarts(text: string): readonly number[] {
  const starts = [...text.matchAll(/\. /g)].map(({ index }) => index + 2);
  return [0, ...starts.filter((at) => at < text.length), text.length];
}

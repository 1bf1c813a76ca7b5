/* oxlint-disable house/one-way-imports -- A test brings about what it looks at, through what lies above. */
/** For tests of reviews: what is measured and booked, and which tasks are open. */
import type { Content, JsonValue, ReviewTask } from "@suture/schema";

import { first } from "../admission/contents.test-support.ts";
import type { World } from "../admission/world.test-support.ts";
import { openReviewsTable, reviewsTable } from "./review-tables.ts";

export const doctorId = "2oyyWcbCj7yBfxqYEyrRFYSpDMkk";
export const creatinine: JsonValue = {
  status: "final",
  code: { text: "creatinine" },
  effectiveDateTime: "2026-01-05T09:00:00Z",
  value: { value: "0.9", unit: "mg/dL" },
};

export function slotOf(startMs: number, lengthMs: number): Content {
  return {
    status: "booked",
    period: {
      start: new Date(startMs).toISOString(),
      end: new Date(startMs + lengthMs).toISOString(),
    },
    participants: {
      [first]: {
        kind: "practitioner",
        recordId: doctorId,
        status: "accepted",
      },
    },
  };
}

export async function openTasksOf(
  world: World,
): Promise<readonly ReviewTask[]> {
  return world.store.read(world.organizationId, async (tx) => {
    const tasks: ReviewTask[] = [];
    for (const { key } of await tx.scan(openReviewsTable)) {
      const row = await tx.get(reviewsTable, [key[1] ?? ""]);
      const task = row?.tasks.find(({ scopeId }) => scopeId === key[0]);
      if (task !== undefined) tasks.push(task);
    }
    return tasks;
  });
}

import {
  changeHashSchema,
  deviceIdSchema,
  organizationScope,
  recordIdSchema,
  reviewIdSchema,
  type ReviewTask,
} from "@suture/schema";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { serverMigrations } from "../server-migrations.ts";
import { serverTables } from "../server-tables.ts";
import { openSqliteStore } from "../store/open-sqlite-store.ts";
import { closedReviewsTable, reviewsTable } from "./review-tables.ts";

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "reviews-"))));
afterEach(() => rmSync(directory, { recursive: true }));

const organizationId = recordIdSchema.parse("2oyyWcbCj7yBfxqYEyrRFYSpDMkk");
const scopeId = organizationScope(organizationId);

function taskOf(reviewId: string): ReviewTask {
  return {
    ...{ reviewId: reviewIdSchema.parse(reviewId), organizationId, scopeId },
    ...{ recordId: organizationId, recordType: "patient" },
    ...{ openedAtMs: 1, revision: 1 },
    kind: "double-booking",
    otherRecordId: organizationId,
    actor: "somebody",
  };
}

test("[AP-179] what closed before the closed were listed is listed when the store is opened next; what is open is not", async () => {
  const open = (migrations: typeof serverMigrations) =>
    openSqliteStore({
      file: join(directory, "suture.sqlite"),
      tables: serverTables,
      migrations,
    });
  const [openId, closedId] = ["a".repeat(32), "b".repeat(32)];
  const by = {
    hash: changeHashSchema.parse("c".repeat(64)),
    memberId: organizationId,
    deviceId: deviceIdSchema.parse("8a8ae0b2-2f2c-4f0e-9d0e-0b1f8f0f0a01"),
  };
  const older = await open([]);
  await older.write(organizationId, async (tx) => {
    await tx.put(reviewsTable, [openId], {
      tasks: [taskOf(openId)],
      state: { isOpen: true },
    });
    await tx.put(reviewsTable, [closedId], {
      tasks: [taskOf(closedId)],
      state: { isOpen: false, outcome: "resolved", closedAtMs: 7, by },
    });
  });
  await older.close();
  for (let opened = 0; opened < 2; opened += 1) {
    const store = await open(serverMigrations);
    const listed = await store.read(organizationId, (tx) =>
      tx.scan(closedReviewsTable),
    );
    expect(listed.map(({ key }) => key)).toEqual([[scopeId, 7, closedId]]);
    await store.close();
  }
});

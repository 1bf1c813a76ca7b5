import { createMemoryStore } from "@suture/schema";
import { expect, test } from "vitest";
import { auditHeadsTable } from "../audit/audit-tables.ts";
import { membersTable } from "./admission-tables.ts";
import { bufferRows } from "./buffer-rows.ts";

const head = (sequence: number) => ({ sequence, chain: "0".repeat(64) });

test("[AD-18] a row that is rewritten all through a batch is written once, and read as it was last put", async () => {
  const store = createMemoryStore({ tables: [auditHeadsTable, membersTable] });
  const key = ["organization:x"];
  await store.write("org", async (tx) => {
    await tx.put(auditHeadsTable, key, head(1));
    let puts = 0;
    const buffered = bufferRows(
      {
        get: (...args) => tx.get(...args),
        scan: (...args) => tx.scan(...args),
        delete: (...args) => tx.delete(...args),
        put: (...args) => ((puts += 1), tx.put(...args)),
      },
      [auditHeadsTable],
    );
    expect(await buffered.get(auditHeadsTable, ["organization:y"])).toBe(
      undefined,
    );
    for (let sequence = 2; sequence < 50; sequence += 1) {
      expect(await buffered.get(auditHeadsTable, key)).toEqual(
        head(sequence - 1),
      );
      await buffered.put(auditHeadsTable, key, head(sequence));
    }
    await expect(buffered.scan(auditHeadsTable)).rejects.toThrow(TypeError);
    expect(puts).toBe(0);
    await buffered.flush();
    expect(puts).toBe(1);
    await buffered.delete(auditHeadsTable, key);
    expect(await buffered.get(auditHeadsTable, key)).toBe(undefined);
    await tx.put(auditHeadsTable, key, head(49));
  });
  const kept = await store.read("org", (tx) => tx.get(auditHeadsTable, key));
  expect(kept).toEqual(head(49));
});

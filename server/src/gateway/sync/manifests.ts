/**
 * What every device said it still holds, kept by the scopes in which its member works, so that colleagues can see what is
 * out there while the device is away. SPEC SY-4.
 */
import {
  defineTable,
  deviceIdSchema,
  manifestSchema,
  recordIdSchema,
} from "@suture/schema";
import type { Manifest, ReadTransaction, ScopeId } from "@suture/schema";
import { z } from "zod";

const manifestRowSchema = z.object({
  deviceId: deviceIdSchema,
  memberId: recordIdSchema,
  unsynced: manifestSchema,
  seenAtMs: z.int(),
});
export type ManifestRow = z.infer<typeof manifestRowSchema>;

/** `[scopeId, deviceId]`: the last manifest of each device that is connected or left with work of its own. */
export const manifestsTable = defineTable({
  name: "manifests",
  schema: manifestRowSchema,
});

export async function manifestsOf(
  tx: ReadTransaction,
  scopeId: ScopeId,
): Promise<readonly ManifestRow[]> {
  const rows = await tx.scan(manifestsTable, { prefix: [scopeId] });
  return rows.map((row) => row.value);
}

export function isNothing(manifest: Manifest): boolean {
  return manifest.countsByPriority.every((count) => count === 0);
}

export function sameManifest(left: Manifest, right: Manifest): boolean {
  return (
    left.countsByPriority.every(
      (count, priority) => count === right.countsByPriority[priority],
    ) && left.recordIds.join() === right.recordIds.join()
  );
}

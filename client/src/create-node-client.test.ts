import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { deviceIdSchema, personIdSchema, randomUuid } from "@suture/schema";
import { expect, test } from "vitest";

import { createNodeClient } from "./create-node-client.ts";
import { createMemoryTokenStore } from "./identity/token-store.ts";
import { systemRandom } from "./system-runtime.ts";

test("[CL-1] a client on Node finds its work again when it is opened again", async () => {
  const directory = mkdtempSync(join(tmpdir(), "suture-client-"));
  const tokens = createMemoryTokenStore();
  await tokens.saveGrant({
    personId: personIdSchema.parse("ada"),
    deviceId: deviceIdSchema.parse(randomUuid(systemRandom)),
    syncToken: "a token",
    syncTokenExpiresAtMs: 0,
    refreshToken: undefined,
  });
  const options = { url: "https://suture.test", directory, tokens };
  try {
    const client = await createNodeClient(options);
    const founded = await client.foundOrganization({
      organizationName: "House",
      founderName: "Ada",
      teamName: "North",
      teamKind: "clinic",
      founderRoles: ["clinician", "receptionist"],
    });
    if (!founded.ok) throw new Error(founded.error.reason);
    const created = await client.patients.create({
      parentId: founded.value.organizationId,
      fields: { maritalStatus: "M" },
    });
    if (!created.ok) throw new Error(created.error.reason);
    const unsynced = await client.unsynced();
    await client.close();

    const again = await createNodeClient(options);
    const patient = await again.patients.get(created.value.id);
    expect(patient.ok && patient.value.fields.maritalStatus).toBe("M");
    expect((await again.unsynced()).map(({ hash }) => hash)).toEqual(
      unsynced.map(({ hash }) => hash),
    );
    expect(again.memberships).toMatchObject([
      { roles: ["admin", "clinician", "receptionist"] },
    ]);
    await again.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

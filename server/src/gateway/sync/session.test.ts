import { limits, organizationScope, teamScope } from "@suture/schema";
import { describe, expect, test } from "vitest";
import { found, hire, recordOf, SyncWorld } from "./sync-world.test-support.ts";

describe("opening a session", () => {
  test("[SY-1] a founder is welcomed without scopes, and granted them once the organization is there", async () => {
    const world = await SyncWorld.create();
    const { adminClient, organizationId, clinicId } = await found(world);
    expect(adminClient.last("welcome")).toMatchObject({
      memberships: [],
      scopes: [],
    });
    expect(adminClient.last("verdicts")?.verdicts).toMatchObject([
      { verdict: "accepted" },
      { verdict: "accepted" },
      { verdict: "accepted" },
    ]);
    expect(
      adminClient.all("scope-granted").map(({ scopeId }) => scopeId),
    ).toEqual([organizationScope(organizationId), teamScope(clinicId)]);
  });
});

import { checkpointClaimsSchema } from "@suture/schema";
import type { ServerMessage } from "@suture/schema";
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from "jose";
import { expect, test } from "vitest";
import { checkpointKind } from "../../identity/key-ring.ts";
import { found } from "./house.test-support.ts";
import { equipmentOf, SyncWorld } from "./sync-world.test-support.ts";

type Told = Extract<ServerMessage, { readonly type: "checkpoint" }> | undefined;

/** As a device does: by the keys it was told of, and nothing else. */
async function numberSignedBy(
  jwks: { readonly keys: readonly object[] } | undefined,
  checkpoint: Told,
  atMs: number,
): Promise<number> {
  const keySet: JSONWebKeySet = JSON.parse(JSON.stringify(jwks));
  const { payload } = await jwtVerify(
    checkpoint?.jws ?? "",
    createLocalJWKSet(keySet),
    {
      algorithms: ["ES256"],
      audience: checkpointKind.audience,
      typ: checkpointKind.typ,
      currentDate: new Date(atMs),
    },
  );
  return checkpointClaimsSchema.parse(payload).number;
}

test("[ID-29] an open session is told of the keys before the first checkpoint that a new one signs", async () => {
  const world = await SyncWorld.create();
  const { adminClient, admin, organizationId } = await found(world);
  await world.settle();
  await world.server.checkpoints.flush();
  await world.settle();
  expect(adminClient.all("keys")).toEqual([]);
  await world.identity.keys.rotate();
  const change = equipmentOf(world).create(world.writerOf(admin), {
    parentId: organizationId,
  });
  adminClient.push([change]);
  await world.settle();
  await world.server.checkpoints.flush();
  await world.settle();
  const keys = adminClient.last("keys");
  const checkpoint = adminClient.last("checkpoint");
  const nowMs = world.timers.now();
  expect(keys?.jwks.keys).toHaveLength(2);
  expect(await numberSignedBy(keys?.jwks, checkpoint, nowMs)).toBeGreaterThan(
    1,
  );
  const welcomed = adminClient.last("welcome")?.jwks;
  await expect(numberSignedBy(welcomed, checkpoint, nowMs)).rejects.toThrow();
});

test("[ID-29] a device that comes after a rotation verifies what was signed before it", async () => {
  const world = await SyncWorld.create();
  const { admin } = await found(world);
  await world.settle();
  await world.server.checkpoints.flush();
  await world.identity.keys.rotate();
  const later = world.connect(admin);
  later.hello();
  await world.settle();
  const checkpoint = later.last("checkpoint");
  const nowMs = world.timers.now();
  const welcomed = later.last("welcome")?.jwks;
  expect(await numberSignedBy(welcomed, checkpoint, nowMs)).toBe(1);
  const onlyNew = { keys: welcomed?.keys.slice(0, 1) ?? [] };
  await expect(numberSignedBy(onlyNew, checkpoint, nowMs)).rejects.toThrow();
});

test("[ID-29] when a key is distrusted every open session ends, and whoever has a token that holds comes back", async () => {
  const world = await SyncWorld.create();
  const { admin, adminClient } = await found(world);
  const { keys } = world.identity;
  const [current] = (await keys.jwks()).keys;
  await keys.rotate();
  expect(adminClient.closed).toBe(null);
  await keys.distrust(current?.kid ?? "");
  await world.settle();
  expect(adminClient.closed).toMatchObject({ name: "server-stopping" });
  const verified = await world.identity.verifyBatchToken(
    admin.token,
    admin.device.jkt,
  );
  expect(verified).toMatchObject({ error: { code: "token-invalid" } });
});

/** For tests of attachments over HTTP: pictures that records name, and devices that send and ask for them. SPEC AT-2 to AT-5. */
import { attachmentHashSchema, sha256Hex } from "@suture/schema";
import { expect } from "vitest";

import type { Replica } from "../../admission/author.test-support.ts";
import { expectAccepted, typeOf } from "../../admission/world.test-support.ts";
import {
  createTestDevice,
  makeProof,
  type TestDevice,
} from "../../identity/identity-world.ts";
import {
  createHttpWorld,
  type Asker,
  type HttpWorld,
} from "./http-world.test-support.ts";

export const origin = "http://localhost";
export const jpeg = pictureOf(200);

/** A technician with a device, and a job of theirs that names `jpeg`. */
export async function namedPicture() {
  const world = await createHttpWorld();
  const tess = await world.join(["technician"]);
  const job = await newJob(world, tess);
  const onDevice = await phoneOf(world, tess);
  await name(tess, job, jpeg);
  return { world, tess, job, onDevice };
}

/** A job of the team's, in which nothing is named yet. */
export async function newJob(
  { world }: HttpWorld,
  { colleague }: Asker,
): Promise<Replica> {
  const { replica, pushed } = colleague.create(typeOf("serviceJob"), {
    parentId: world.teamId,
  });
  expectAccepted(await colleague.push(pushed));
  return replica;
}

/** Writes into the record that there is such a picture. */
export async function name(
  { colleague }: Asker,
  record: Replica,
  bytes: Uint8Array,
  otherwise: { contentType?: string; byteLength?: number } = {},
): Promise<void> {
  const change = colleague.addEntry(record, "attachments", {
    status: "active",
    hash: hashOf(bytes),
    contentType: "image/jpeg",
    byteLength: bytes.length,
    ...otherwise,
  });
  expectAccepted(await colleague.push(change));
}

export type Phone = Awaited<ReturnType<typeof phoneOf>>;
type Named = Pick<Replica, "recordId">;

interface Tried {
  readonly as?: Uint8Array;
  /** Instead of all that is sent. */
  readonly body?: ReadableStream<Uint8Array>;
  readonly length?: number | null;
  readonly chunked?: boolean;
  readonly proof?: string | null;
  readonly authorization?: string | null;
}

/** The person on a device that is registered, over HTTP as its client has it. */
export async function phoneOf(
  world: HttpWorld,
  { sessionToken }: Pick<Asker, "sessionToken">,
) {
  const device = await createTestDevice();
  const proofOf = (method: string, path: string, token: string) =>
    makeProof(device, {
      clock: world.timers,
      token,
      method,
      url: `${origin}${path}`,
    });
  const { deviceId, syncToken } = await register(
    world,
    device,
    sessionToken,
    proofOf,
  );
  const ask = async (
    method: "GET" | "PUT",
    { recordId }: Named,
    { as = jpeg, ...tried }: Tried,
    sent?: Uint8Array,
  ) => {
    const path = pathOf(recordId, as);
    const { proof = await proofOf(method, path, syncToken) } = tried;
    const { authorization = `DPoP ${syncToken}`, chunked = false } = tried;
    const { length = sent?.length ?? null, body: stream } = tried;
    const whole = sent === undefined ? undefined : new Uint8Array(sent);
    const response = await world.app.request(`${origin}${path}`, {
      method,
      headers: {
        ...(authorization !== null && { authorization }),
        ...(proof !== null && { dpop: proof }),
        ...(length !== null && { "content-length": String(length) }),
        ...(chunked && { "transfer-encoding": "chunked" }),
      },
      ...(whole !== undefined && { body: stream ?? whole, duplex: "half" }),
    });
    const { status, headers } = response;
    const bytes = new Uint8Array(await response.arrayBuffer());
    const isJson = headers.get("content-type")?.includes("json") === true;
    const body: unknown = isJson
      ? JSON.parse(new TextDecoder().decode(bytes))
      : undefined;
    return { status, headers, body, bytes };
  };
  return {
    deviceId,
    syncToken,
    proof: (method: string, { recordId }: Named, bytes: Uint8Array) =>
      proofOf(method, pathOf(recordId, bytes), syncToken),
    get: (record: Named, bytes: Uint8Array) =>
      ask("GET", record, { as: bytes }),
    put: (record: Named, bytes: Uint8Array, tried: Tried = {}) =>
      ask("PUT", record, { as: bytes, ...tried }, bytes),
  };
}

async function register(
  { app }: HttpWorld,
  device: TestDevice,
  sessionToken: string,
  proofOf: (method: string, path: string, token: string) => Promise<string>,
) {
  const response = await app.request(`${origin}/v1/devices`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${sessionToken}`,
      dpop: await proofOf("POST", "/v1/devices", sessionToken),
    },
    body: JSON.stringify({ publicJwk: device.publicKey, name: "Phone" }),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as { deviceId: string; syncToken: string };
}

export function pathOf(recordId: string, bytes: Uint8Array): string {
  return `/v1/records/${recordId}/attachments/${hashOf(bytes)}`;
}

export function hashOf(bytes: Uint8Array) {
  return attachmentHashSchema.parse(sha256Hex(bytes));
}

/** Begins as a JPEG does; what follows nobody here looks into. */
export function pictureOf(byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  bytes.set([0xff, 0xd8, 0xff, 0xe0]);
  return bytes;
}

/** A device with a record that pictures can lie beside. */
import {
  attachmentHashSchema,
  sha256Hex,
  type AttachmentHash,
  type RecordId,
} from "@suture/schema";

import { generateDeviceKeyPair } from "../identity/device-key.ts";
import { attachmentsTable } from "../store/attachment-rows.ts";
import {
  foundClinic,
  newPatient,
  openDevice,
  TestServer,
  type Device,
} from "./clinic.test-support.ts";

export async function atRecord(
  options: Partial<Parameters<typeof openDevice>[0]> = {},
) {
  const device = await openDevice({ name: "ada", ...options });
  const grant = await device.tokens.loadGrant(device.personId);
  await device.tokens.saveKeyPair(
    await generateDeviceKeyPair({ isExtractable: false }),
  );
  if (grant !== undefined) await device.tokens.saveGrant(grant);
  const founded = await foundClinic(device);
  const record = await newPatient(device, founded.organizationId);
  const server = new TestServer(founded.organizationId);
  return { device, founded, server, recordId: record.id };
}

export async function keep(
  { client }: Device,
  recordId: RecordId,
  bytes: Uint8Array,
) {
  const kept = await client.attachments.keep(recordId, bytes);
  if (!kept.ok) throw new Error(kept.error.code);
  return kept.value;
}

export async function rowsOf({ log }: Device) {
  const rows = await log.read((tx) => tx.scan(attachmentsTable));
  return rows.map(({ value }) => value);
}

export function hashOf(bytes: Uint8Array) {
  return attachmentHashSchema.parse(sha256Hex(bytes));
}

/** Begins as a JPEG does. */
export function pictureOf(
  byteLength: number,
  content = 0,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(byteLength).fill(content);
  bytes.set([0xff, 0xd8, 0xff, 0xe0]);
  return bytes;
}

/** The patient's record says that there is such a picture. */
export async function nameIn(
  { client }: Device,
  recordId: RecordId,
  hash: AttachmentHash,
): Promise<void> {
  const opened = await client.patients.get(recordId);
  if (!opened.ok) throw new Error(opened.error.code);
  const edit = await opened.value.edit();
  edit.draft.attachments.set({
    ...{ status: "active", hash, contentType: "image/jpeg", byteLength: 300 },
  });
  const saved = await edit.save();
  if (!saved.ok) throw new Error(saved.error.reason);
}

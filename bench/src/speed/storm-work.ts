/**
 * What people did while they were away: the same for every system. Every clinic has five devices, every device has some records of
 * its own that the whole clinic holds, and each of these was edited offline, five times in a storm, in fields that merge. A record is keys and
 * texts, which every system here can hold as they are. SPEC BE-6.
 */
import { recordIdFromBytes, sha256, encodeUtf8 } from "@suture/schema";

export const devicesPerClinic = 5;

export interface StormSize {
  readonly devices: number;
  /** Of other clinics, which come back before them, so that the server is one that has been up. None where nothing is said. */
  readonly earlyDevices?: number | undefined;
  readonly recordsPerDevice: number;
  /** Five where nothing is said. */
  readonly editsPerRecord?: number | undefined;
  /** Edits that nothing is written over. */
  readonly isNotesOnly?: boolean | undefined;
}

/** One edit writes one text under one key. */
export interface StormEdit {
  readonly key: string;
  readonly text: string;
}

export interface StormRecord {
  /** Also an Automerge document id. */
  readonly id: string;
  readonly clinic: number;
  /** Who edited it. */
  readonly device: number;
  /** As everybody held it before. */
  readonly before: Readonly<Record<string, string>>;
  /** In their order. */
  readonly edits: readonly StormEdit[];
  /** As everybody must hold it afterwards. */
  readonly after: Readonly<Record<string, string>>;
}

export interface StormWork {
  readonly size: StormSize;
  /** Their numbers: those that are measured, then the early ones. */
  readonly devices: readonly number[];
  readonly clinics: number;
  readonly records: readonly StormRecord[];
}

/** Who comes back first, or who is measured then. */
export type Shift = "early" | "measured";

/** Of both shifts. Three edits add a note each, two change a text that stands. */
export function stormWork(size: StormSize): StormWork {
  const count = size.devices + (size.earlyDevices ?? 0);
  const devices = Array.from({ length: count }, (_, device) => device);
  const records = devices.flatMap((device) =>
    Array.from({ length: size.recordsPerDevice }, (_, number) =>
      stormRecord(device, number, size),
    ),
  );
  const clinics = Math.ceil(count / devicesPerClinic);
  return { size, devices, clinics, records };
}

/** What one of them does. They have no clinic in common. */
export function ofShift(work: StormWork, shift: Shift): StormWork {
  const isOfIt = (device: number) =>
    device < work.size.devices === (shift === "measured");
  return {
    ...work,
    devices: work.devices.filter(isOfIt),
    records: work.records.filter(({ device }) => isOfIt(device)),
  };
}

export function clinicOf(device: number): number {
  return Math.floor(device / devicesPerClinic);
}

export function editCount({ records }: StormWork): number {
  return records.reduce((sum, { edits }) => sum + edits.length, 0);
}

/** A note as Suture writes it down: canonical JSON. The others are given the same text. */
export function noteText(text: string): string {
  return JSON.stringify({ status: "active", text });
}

function stormRecord(
  device: number,
  number: number,
  { editsPerRecord = 5, isNotesOnly = false }: StormSize,
): StormRecord {
  const name = `device ${device} record ${number}`;
  const before = { requester: `${name}: asked for at the desk` };
  const edits = Array.from({ length: editsPerRecord }, (_, edit) =>
    isNotesOnly || edit % 2 === 0
      ? note(name, edit + 1)
      : requester(name, edit + 1),
  );
  return {
    id: recordIdFromBytes(bytesFor(name)),
    clinic: clinicOf(device),
    device,
    before,
    edits,
    after: {
      ...before,
      ...Object.fromEntries(edits.map(({ key, text }) => [key, text])),
    },
  };
}

function note(name: string, edit: number): StormEdit {
  const seen = `Seen on the ward, pressure held for ten minutes.`;
  return {
    key: `notes/${uuidFor(`${name} note ${edit}`)}`,
    text: noteText(`${name}, edit ${edit}. ${seen}`),
  };
}

function requester(name: string, edit: number): StormEdit {
  return {
    key: "requester",
    text: `${name}, edit ${edit}: asked again by telephone`,
  };
}

function uuidFor(name: string): string {
  const hex = Buffer.from(bytesFor(name)).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function bytesFor(name: string): Uint8Array {
  return sha256(encodeUtf8(name)).slice(0, 16);
}

/** Devices for tests: clients over memory stores, a clock set by hand, seeded chance, and a server reduced to its log. */
import {
  createMemoryStore,
  deviceIdSchema,
  firstChain,
  nextChain,
  organizationScope,
  personIdSchema,
  MerkleTree,
  recordIdFromBytes,
  sha256,
  encodeUtf8,
  type ChangeHash,
  type LogRow,
  type Membership,
  type PersonId,
  type Random,
  type RecordId,
  type RecordType,
  type RefusalCode,
  type Role,
  type Store,
  type WholeRecord,
} from "@suture/schema";

import { Client } from "../client.ts";
import type { LockOptions } from "../device-lock.ts";
import type { SpareNumbers } from "../identity/password-checks.ts";
import type { Fetch } from "../identity/identity-request.ts";
import {
  createMemoryTokenStore,
  type TokenStore,
} from "../identity/token-store.ts";
import { changesOf } from "../store/change-rows.ts";
import {
  changeBytesTable,
  changesTable,
  clientTables,
  localPartition,
} from "../store/client-tables.ts";
import { openLocalLog, type LocalLog } from "../store/local-log.ts";
import type { Saved } from "./save-at.ts";

export { addDamageReport } from "../store/damage-report.ts";

export const startMs = Date.UTC(2026, 2, 2, 9);

export interface Device {
  readonly client: Client;
  /** The client's own log, for what a sync session would write. */
  readonly log: LocalLog;
  readonly store: Store;
  readonly tokens: TokenStore;
  readonly clock: { nowMs: number; now(): number };
  readonly personId: PersonId;
}

export interface DeviceOptions {
  /** The person's; their device has the same. */
  readonly name: string;
  /** Whoever else is signed in on it. */
  readonly others?: readonly string[];
  readonly store?: Store;
  readonly recordTypes?: readonly RecordType[];
  /** Another start of the same device draws other random bytes. */
  readonly start?: number;
  /** Of what asks the server over HTTP; by default nothing answers. */
  readonly fetch?: Fetch;
  readonly lock?: LockOptions;
  readonly spareNumbers?: SpareNumbers;
}

export async function openDevice(options: DeviceOptions): Promise<Device> {
  const { name, start = 1 } = options;
  const store = options.store ?? createMemoryStore({ tables: clientTables });
  const clock = {
    nowMs: startMs,
    now() {
      return this.nowMs;
    },
  };
  const tokens = createMemoryTokenStore();
  const personId = personIdOf(name);
  for (const one of [name, ...(options.others ?? [])])
    await tokens.saveGrant({
      personId: personIdOf(one),
      deviceId: deviceIdOf(name),
      syncToken: "a token",
      syncTokenExpiresAtMs: startMs + 1e9,
      refreshToken: undefined,
    });
  const log = await openLocalLog({ store, clock });
  const client = new Client(
    {
      url: "https://suture.test",
      store,
      tokens,
      clock,
      timers: { after: () => ({ cancel: () => undefined }) },
      random: seededRandom(`${name} ${start}`),
      connect: () =>
        Promise.resolve({ ok: false, error: { kind: "unreachable" } }),
      fetch:
        options.fetch ??
        (() => Promise.reject(new Error("no network in this test"))),
      ...(options.recordTypes && { recordTypes: options.recordTypes }),
      ...(options.lock && { lock: options.lock }),
      ...(options.spareNumbers && { spareNumbers: options.spareNumbers }),
    },
    log,
  );
  await client.renewPersons();
  return { client, log, store, tokens, clock, personId };
}

/** An organization with one clinic, founded on this device by its first admin, who does every job. */
export async function foundClinic(device: Pick<Device, "client">) {
  const founded = await device.client.foundOrganization({
    organizationName: "Test house",
    founderName: "A founder",
    teamName: "North clinic",
    teamKind: "clinic",
    founderRoles: ["clinician", "receptionist", "manager", "technician"],
  });
  if (!founded.ok) throw new Error(founded.error.reason);
  return founded.value;
}

/** Gives a device's person rights, as `welcome` would. */
export async function join(
  device: Device,
  organizationId: RecordId,
  teamId: RecordId,
  roles: readonly Role[],
): Promise<Membership> {
  const membership = {
    organizationId,
    memberId: memberIdOf(device.personId),
    roles: [...roles],
    teamIds: [teamId],
  };
  await device.log.saveMemberships(device.personId, [membership]);
  return membership;
}

/** A server's log of one organization scope: accepts what it is not told to refuse, and hands it out. */
export class TestServer {
  readonly scopeId;
  readonly rows: LogRow[] = [];
  readonly #epoch = "e".repeat(32);
  readonly #chains: string[];
  readonly #organizationId: RecordId;
  nowMs = startMs + 60_000;

  constructor(organizationId: RecordId) {
    this.#organizationId = organizationId;
    this.scopeId = organizationScope(organizationId);
    this.#chains = [firstChain(this.scopeId, this.#epoch)];
  }

  cursorAt(sequence: number) {
    const chain = this.#chains[sequence];
    if (chain === undefined) throw new Error("the log is shorter");
    return { epoch: this.#epoch, sequence, chain };
  }

  /** To a backup: what came behind this row is gone. */
  putBack(sequence: number): void {
    this.rows.splice(sequence);
    this.#chains.splice(sequence + 1);
  }

  /** A record as a snapshot gives it. */
  changesOf(recordId: RecordId): WholeRecord["changes"] {
    return this.rows
      .filter((row) => row.recordId === recordId)
      .map(({ hash, memberId, deviceId, sequence, admittedAtMs, bytes }) => ({
        hash,
        memberId,
        deviceId,
        sequence,
        admittedAtMs,
        bytes: bytes ?? new Uint8Array(),
      }));
  }

  /** Takes everything the device would send; `refuse` names the code for what is not accepted. */
  async takeFrom(
    device: Device,
    refuse: (change: {
      readonly recordId: RecordId;
      readonly hash: ChangeHash;
    }) => RefusalCode | null = () => null,
  ): Promise<void> {
    for (;;) {
      const batch = await device.log.nextPush({
        except: new Set(),
        personIds: new Set([device.personId]),
        withRestores: false,
      });
      if (batch === null) return;
      for (const { recordId, hash, bytes } of batch.changes) {
        const code = refuse({ recordId, hash });
        if (code !== null) {
          await device.log.applyVerdicts([
            {
              verdict: "refused",
              recordId,
              hash,
              code,
              message: "Not accepted.",
              isRetryable: false,
            },
          ]);
          // What it strands is not offered any more.
          break;
        }
        const place = await this.#append(device, recordId, hash, bytes);
        await device.log.applyVerdicts([
          { verdict: "accepted", recordId, hash, places: [place] },
        ]);
      }
    }
  }

  /** Everything behind the device's cursor. Its own come back without bytes. */
  async deliverTo(device: Device): Promise<void> {
    const held = (await device.log.scopes()).get(this.scopeId)?.cursor;
    const rows = this.rows.slice(held?.sequence ?? 0);
    const own = deviceIdOf(device.personId.slice("person-".length));
    const applied = await device.log.applyPage({
      type: "changes",
      scopeId: this.scopeId,
      rows: rows.map((row) =>
        row.deviceId === own ? { ...row, bytes: null } : row,
      ),
      cursor: this.cursorAt(this.rows.length),
      hasMore: false,
    });
    if (!applied.ok) throw new Error(applied.error.code);
  }

  /** Gives the device a verified checkpoint. Answers the scopes in which it does not go through the device's chain. */
  confirmTo(
    { log }: Device,
    {
      number = 1,
      ...head
    }: { readonly number?: number; readonly chain?: string } = {},
  ): ReturnType<LocalLog["applyCheckpoint"]> {
    const leaf = {
      scopeId: this.scopeId,
      log: { ...this.cursorAt(this.rows.length), ...head },
      auditSequence: 0,
      auditChain: "0".repeat(64),
    };
    const claims = { organizationId: this.#organizationId, number };
    return log.applyCheckpoint(claims, `jws ${number}`, [
      { ...new MerkleTree([leaf]).prove(0), leaf },
    ]);
  }

  async #append(
    { log }: Device,
    recordId: RecordId,
    hash: ChangeHash,
    bytes: Uint8Array,
  ) {
    const changes = await log.read((tx) => changesOf(tx, recordId));
    const change = changes.find((one) => one.hash === hash);
    if (change === undefined) throw new Error("the device does not hold it");
    const { memberId, deviceId } = change;
    const sequence = this.rows.length + 1;
    const link = { recordId, hash, memberId, deviceId };
    const chain = nextChain(this.#chains.at(-1) ?? "", link);
    this.#chains.push(chain);
    this.rows.push({
      ...link,
      sequence,
      admittedAtMs: this.nowMs,
      bytes,
      isReadable: true,
    });
    return { scopeId: this.scopeId, sequence, chain };
  }
}

/** Chance that is the same in every run. */
export function seededRandom(seed: string): Random {
  let count = 0;
  return {
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 32) {
        count += 1;
        const block = sha256(encodeUtf8(`${seed} ${count}`));
        bytes.set(block.subarray(0, Math.min(32, length - at)), at);
      }
      return bytes;
    },
  };
}

export const amoxicillin = {
  status: "active",
  code: { text: "amoxicillin" },
  source: { kind: "request" },
} as const;
export const warfarin = {
  status: "active",
  code: { text: "warfarin" },
  source: { kind: "request" },
} as const;

export function personIdOf(name: string): PersonId {
  return personIdSchema.parse(`person-${name}`);
}

function deviceIdOf(name: string) {
  const hex = Array.from(sha256(encodeUtf8(name)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  return deviceIdSchema.parse(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  );
}

function memberIdOf(personId: PersonId): RecordId {
  return recordIdFromBytes(
    sha256(encodeUtf8(`member ${personId}`)).subarray(0, 16),
  );
}

/** Registers somebody at the device, as yet without anything about them. */
export async function newPatient({ client }: Device, parentId: RecordId) {
  const created = await client.patients.create({ parentId });
  if (!created.ok) throw new Error(created.error.reason);
  return created.value;
}

/** A bit of what lies on the disk of a record is another one: whoever opens it from now on cannot. */
export async function damageRecord(
  { store }: Pick<Device, "store">,
  recordId: RecordId,
): Promise<void> {
  await store.write(localPartition, async (tx) => {
    const [row] = await tx.scan(changeBytesTable, { prefix: [recordId] });
    if (row === undefined) throw new Error("there are no bytes");
    const bytes = Uint8Array.from(row.value);
    bytes[20] = (bytes[20] ?? 0) ^ 4;
    await tx.put(changeBytesTable, row.key, bytes);
  });
}

/** Rows of the record's last changes are gone, as damage leaves it; the next opening of the log finds that out. */
export async function loseChanges(
  { store }: Pick<Device, "store">,
  recordId: RecordId,
  count: number,
): Promise<void> {
  await store.write(localPartition, async (tx) => {
    const range = { prefix: [recordId], reverse: true, limit: count };
    for (const { key } of await tx.scan(changesTable, range))
      await tx.delete(changesTable, key);
  });
}

/** Prescribes `amoxicillin` to them. */
export async function sign(
  record: Awaited<ReturnType<typeof newPatient>>,
): Promise<Saved> {
  const edit = await record.edit();
  edit.draft.prescribing.medications.add(amoxicillin);
  const saved = await edit.save();
  if (!saved.ok) throw new Error(saved.error.reason);
  return saved.value;
}

/**
 * A server reduced to one organization's log, in the process of the device that reads it: it says welcome, gives the records as a
 * snapshot page by page, and nothing else. For what a device does by itself, where a server's own work would only be in the way.
 */
import type { ClientOptions, Connect } from "@suture/client";
import { createMemoryTokenStore, generateDeviceKeyPair } from "@suture/client";
import { systemRandom } from "@suture/client/node";
import {
  decodeClientFrame,
  deviceIdSchema,
  encodeFrame,
  firstChain,
  initialContent,
  nextChain,
  ok,
  organization,
  organizationScope,
  patient,
  personIdSchema,
  randomUuid,
  recordIdFromBytes,
  type ClientMessage,
  type MessageSocket,
  type RecordId,
  type ServerMessage,
  type WholeRecord,
} from "@suture/schema";

import { WrittenRecord } from "./peers/written-record.ts";

const epoch = "e".repeat(32);
const atMs = Date.UTC(2026, 0, 5, 8);
/** As large as a server's pages are on a line that carries them quickly. */
const pageRecords = 250;

export interface PatientName {
  readonly family: string;
  readonly given: string;
}

export interface FilledLog {
  readonly organizationId: RecordId;
  readonly patientIds: readonly RecordId[];
  /** Signed in, for whoever connects to it. */
  readonly identity: Pick<ClientOptions, "tokens">;
  readonly connect: Connect;
  /** Called with how many records each page has brought a device so far. */
  onPage: (recordCount: number) => void;
}

/** One patient for each name. */
export async function fillLog(
  names: readonly PatientName[],
): Promise<FilledLog> {
  const newRecordId = () => recordIdFromBytes(systemRandom.bytes(16));
  const author = {
    memberId: newRecordId(),
    deviceId: deviceIdSchema.parse(randomUuid(systemRandom)),
  };
  const organizationId = newRecordId();
  const scopeId = organizationScope(organizationId);
  const records: WholeRecord[] = [];
  let chain = firstChain(scopeId, epoch);
  const append = ({
    recordId,
    hash,
    bytes,
  }: ReturnType<WrittenRecord["create"]>) => {
    chain = nextChain(chain, { recordId, hash, ...author });
    const sequence = records.length + 1;
    const change = { hash, ...author, sequence, admittedAtMs: atMs, bytes };
    records.push({ recordId, changes: [change] });
  };
  const given = { random: systemRandom, atMs };
  append(
    new WrittenRecord(organization, organizationId, given).create(author, {
      parentId: null,
      fields: { name: "Provincial hospital" },
    }),
  );
  const patientIds = names.map(newRecordId);
  for (const [at, patientId] of patientIds.entries()) {
    const { family = "", given: first = "" } = names[at] ?? {};
    append(
      new WrittenRecord(patient, patientId, given).create(author, {
        parentId: organizationId,
        fields: { maritalStatus: "M" },
        groups: {
          identity: {
            ...initialContent(patient.groups.identity),
            name: [{ family, given: [first] }],
            birthDate: "1980-01-05",
            gender: "female",
            identifiers: {
              [randomUuid(systemRandom)]: {
                system: "urn:hospital",
                value: `H${String(at).padStart(6, "0")}`,
                status: "active",
              },
            },
          },
        },
      }),
    );
  }
  const personId = personIdSchema.parse("reader");
  const tokens = createMemoryTokenStore();
  await tokens.saveKeyPair(
    await generateDeviceKeyPair({ isExtractable: false }),
  );
  await tokens.saveGrant({
    personId,
    deviceId: deviceIdSchema.parse(randomUuid(systemRandom)),
    syncToken: "a token",
    syncTokenExpiresAtMs: Number.MAX_SAFE_INTEGER,
    refreshToken: undefined,
  });
  const end = { epoch, sequence: records.length, chain };
  const answer = (message: ClientMessage): ServerMessage | null => {
    switch (message.type) {
      case "hello":
        return {
          type: "welcome",
          sessionId: "local",
          serverTimeMs: atMs,
          memberships: [
            {
              organizationId,
              memberId: author.memberId,
              roles: ["clinician", "receptionist"],
              teamIds: [],
            },
          ],
          scopes: [{ scopeId, organizationId, end }],
          schemaVersions: [1, 1],
          jwks: { keys: [] },
        };
      case "pull-snapshot": {
        const from =
          records.findIndex(({ recordId }) => recordId === message.after) + 1;
        const page = records.slice(from, from + pageRecords);
        log.onPage(from + page.length);
        const isLast = from + page.length === records.length;
        const next = isLast ? null : (page.at(-1)?.recordId ?? null);
        return { type: "snapshot", scopeId, at: end, records: page, next };
      }
      case "pull":
        return {
          type: "changes",
          scopeId,
          rows: [],
          cursor: end,
          hasMore: false,
        };
      default:
        return null;
    }
  };
  const log: FilledLog = {
    organizationId,
    patientIds,
    identity: { tokens },
    connect: () => Promise.resolve(ok(answeringSocket(answer))),
    onPage: () => undefined,
  };
  return log;
}

/** Answers each frame by at most one, in another turn, as a network would. */
function answeringSocket(
  answer: (message: ClientMessage) => ServerMessage | null,
): MessageSocket {
  let listener: Parameters<MessageSocket["listen"]>[0] | undefined;
  return {
    bufferedBytes: 0,
    listen: (given) => void (listener = given),
    send(frame) {
      const message = decodeClientFrame(frame);
      if (!message.ok) throw new Error(message.error.reason);
      const said = answer(message.value);
      if (said !== null)
        setImmediate(() => listener?.onFrame(encodeFrame(said)));
    },
    close: (code, reason) =>
      void setImmediate(() => listener?.onClose(code, reason)),
  };
}

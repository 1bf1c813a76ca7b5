/**
 * Tickets for plain Automerge clients, which can send nothing but a URL: asked for over HTTP by a signed-in person, and shown in
 * the query of the one endpoint that takes one there.
 *
 * A ticket has 256 bits, is kept as its digest, and opens connections for one hour, for as long as its session lasts. A session has
 * at most four: a fifth ends the oldest. Unknown, expired and ended ones answer the same, `ticket-refused`. What ends is announced,
 * so that no connection outlives it. SPEC PA-1.
 */
import { deviceIdSchema, err, identityError, ok } from "@suture/schema";
import type {
  Clock,
  DeviceId,
  IdentityError,
  PersonId,
  Random,
  Result,
  Store,
  WriteTransaction,
} from "@suture/schema";
import {
  automergeTicketsTable,
  identityPartition,
  sessionsTable,
} from "./identity-tables.ts";
import { oweEventOfPerson } from "./owe-event.ts";
import type { Revocations } from "./revocations.ts";
import { digestOf, drawSecret } from "./secrets.ts";

export const automergeTicketLifetimeMs = 3_600_000;
const maxTicketsPerSession = 4;

/** A session, with the device that stands for it. */
export interface SessionOnDevice {
  readonly personId: PersonId;
  readonly sessionId: string;
  readonly deviceId: DeviceId;
}

export interface AutomergeTicket {
  /** `<device id>.<secret>` */
  readonly ticket: string;
  readonly ticketExpiresAtMs: number;
}

/** Who holds a ticket, until when. */
export interface TicketHolder extends SessionOnDevice {
  /** Not the ticket: its digest. */
  readonly ticketId: string;
  readonly expiresAtMs: number;
}

export interface AutomergeTickets {
  /** For a request that was authenticated as of this session. */
  issue(session: SessionOnDevice): Promise<AutomergeTicket>;
  /** As often as it is shown. Errors: `ticket-refused`. */
  verify(ticket: string): Promise<Result<TicketHolder, IdentityError>>;
  /** Whether a ticket that was verified still holds. */
  isGood(holder: TicketHolder): Promise<boolean>;
  /** Ends all of a session's. Idempotent. */
  endAllOf(deviceId: DeviceId): Promise<void>;
  removeExpired(): Promise<number>;
}

export function createAutomergeTickets(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly revocations: Pick<Revocations, "announce">;
}): AutomergeTickets {
  const { store, clock, random, revocations } = deps;

  function announceEnd(ticketIds: readonly string[]): void {
    if (ticketIds.length > 0)
      revocations.announce({ kind: "automerge-tickets", ticketIds });
  }

  async function find(
    deviceId: DeviceId,
    ticketId: string,
  ): Promise<TicketHolder | undefined> {
    return store.read(identityPartition, async (tx) => {
      const row = await tx.get(automergeTicketsTable, [deviceId, ticketId]);
      if (row === undefined || row.expiresAtMs <= clock.now()) return undefined;
      const { personId, sessionId } = row;
      const session = await tx.get(sessionsTable, [personId, sessionId]);
      return session && { ...row, deviceId, ticketId };
    });
  }

  return {
    async issue({ personId, sessionId, deviceId }) {
      const ticket = `${deviceId}.${drawSecret(random, 32)}`;
      const atMs = clock.now();
      const expiresAtMs = atMs + automergeTicketLifetimeMs;
      const ended = await store.write(identityPartition, async (tx) => {
        const removed = await makeRoom(tx, deviceId);
        const row = { personId, sessionId, expiresAtMs };
        await tx.put(automergeTicketsTable, [deviceId, digestOf(ticket)], row);
        await oweEventOfPerson(tx, { personId, atMs }, ({ memberId }) => ({
          event: "automerge-ticket-issued",
          memberId,
          deviceId,
        }));
        return removed;
      });
      announceEnd(ended);
      return { ticket, ticketExpiresAtMs: expiresAtMs };
    },

    async verify(ticket) {
      const deviceId = deviceIdSchema.safeParse(ticket.split(".")[0]);
      const found = deviceId.success
        ? await find(deviceId.data, digestOf(ticket))
        : undefined;
      return found === undefined
        ? err(identityError("ticket-refused"))
        : ok(found);
    },

    isGood: async ({ deviceId, ticketId }) =>
      (await find(deviceId, ticketId)) !== undefined,

    async endAllOf(deviceId) {
      const ended = await store.write(identityPartition, async (tx) => {
        const rows = await tx.scan(automergeTicketsTable, {
          prefix: [deviceId],
        });
        for (const { key } of rows) await tx.delete(automergeTicketsTable, key);
        return rows.map(({ key }) => String(key[1]));
      });
      announceEnd(ended);
    },

    async removeExpired() {
      return store.write(identityPartition, async (tx) => {
        const rows = (await tx.scan(automergeTicketsTable)).filter(
          ({ value }) => value.expiresAtMs <= clock.now(),
        );
        for (const { key } of rows) await tx.delete(automergeTicketsTable, key);
        return rows.length;
      });
    },
  };
}

/** For one more. Gives back which ended. */
async function makeRoom(
  tx: WriteTransaction,
  deviceId: DeviceId,
): Promise<readonly string[]> {
  const rows = await tx.scan(automergeTicketsTable, { prefix: [deviceId] });
  const oldest = rows
    .toSorted((left, right) => right.value.expiresAtMs - left.value.expiresAtMs)
    .slice(maxTicketsPerSession - 1);
  for (const { key } of oldest) await tx.delete(automergeTicketsTable, key);
  return oldest.map(({ key }) => String(key[1]));
}

/**
 * Tickets: how a browser, which can send no header with a WebSocket, shows who it is. It asks for one over HTTP, with its sync
 * token and a proof of the device's key, and offers it as a subprotocol; no token is then part of a URL or a script's socket.
 *
 * A ticket has 256 bits, is kept as its digest, and opens one socket within 30 seconds. It stands for the sync token it was asked
 * with: revoked or replaced meanwhile, the ticket is worth nothing. Unknown, used and expired ones answer the same,
 * `ticket-refused`. At most four of a device are open at a time; a fifth ends the oldest. SPEC ID-25.
 */
import { deviceIdSchema, err, identityError, ok } from "@suture/schema";
import type {
  Clock,
  IdentityError,
  Random,
  Result,
  Store,
} from "@suture/schema";
import { identityPartition, syncTicketsTable } from "./identity-tables.ts";
import { digestOf, drawSecret } from "./secrets.ts";
import type { SyncTokens, VerifiedSyncToken } from "./sync-tokens.ts";

export const syncTicketLifetimeMs = 30_000;
const maxTicketsPerDevice = 4;

export interface SyncTicket {
  /** `<device id>.<secret>`: characters that a subprotocol may have (RFC 6455, 4.1). */
  readonly ticket: string;
  readonly ticketExpiresAtMs: number;
}

export interface SyncTickets {
  /** For a request that was authenticated as the caller's. */
  issue(caller: VerifiedSyncToken): Promise<SyncTicket>;
  /** Once. Errors: `ticket-refused`. */
  redeem(ticket: string): Promise<Result<VerifiedSyncToken, IdentityError>>;
  removeExpired(): Promise<number>;
}

export function createSyncTickets(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly syncTokens: Pick<SyncTokens, "isGood">;
}): SyncTickets {
  const { store, clock, random, syncTokens } = deps;
  const refused = () => err(identityError("ticket-refused"));

  return {
    async issue(caller) {
      const { deviceId } = caller;
      const ticket = `${deviceId}.${drawSecret(random, 32)}`;
      const ticketExpiresAtMs = clock.now() + syncTicketLifetimeMs;
      await store.write(identityPartition, async (tx) => {
        const open = await tx.scan(syncTicketsTable, { prefix: [deviceId] });
        const newestFirst = open.toSorted(
          (left, right) =>
            right.value.ticketExpiresAtMs - left.value.ticketExpiresAtMs,
        );
        for (const { key } of newestFirst.slice(maxTicketsPerDevice - 1))
          await tx.delete(syncTicketsTable, key);
        await tx.put(syncTicketsTable, [deviceId, digestOf(ticket)], {
          caller: { ...caller },
          ticketExpiresAtMs,
        });
      });
      return { ticket, ticketExpiresAtMs };
    },

    async redeem(ticket) {
      const deviceId = deviceIdSchema.safeParse(ticket.split(".")[0]);
      if (!deviceId.success) return refused();
      const key = [deviceId.data, digestOf(ticket)];
      const found = await store.write(identityPartition, async (tx) => {
        const row = await tx.get(syncTicketsTable, key);
        if (row) await tx.delete(syncTicketsTable, key);
        return row;
      });
      if (!found || found.ticketExpiresAtMs <= clock.now()) return refused();
      return (await syncTokens.isGood(found.caller))
        ? ok(found.caller)
        : refused();
    },

    async removeExpired() {
      return store.write(identityPartition, async (tx) => {
        const rows = (await tx.scan(syncTicketsTable)).filter(
          ({ value }) => value.ticketExpiresAtMs <= clock.now(),
        );
        for (const { key } of rows) await tx.delete(syncTicketsTable, key);
        return rows.length;
      });
    },
  };
}

/**
 * The side of a server for plain Automerge clients: takes sockets whose ticket was looked at, and tells their peers what anybody
 * commits. SPEC PA.
 */
import { bytesToHex } from "@suture/schema";
import type { MessageSocket, PersonId, Random, RecordId } from "@suture/schema";
import type {
  AdmissionOutcome,
  AppendedToScope,
} from "../../admission/admission.ts";
import type { TicketHolder } from "../../identity/automerge-tickets.ts";
import { logTable } from "../../log/log-tables.ts";
import type { AutomergeDeps } from "./automerge-deps.ts";
import { automergeLimits } from "./automerge-limits.ts";
import { PeerConnection } from "./peer-connection.ts";

export interface AutomergeGateway {
  /** Begins a connection for whoever holds the ticket that its socket was opened with. */
  accept(socket: MessageSocket, holder: TicketHolder): PeerConnection;
  /** To be called with whatever was admitted, after it is durable. */
  announce(outcome: AdmissionOutcome, personId: PersonId): void;
  /** A person became a member of something by another way than a change. */
  refreshPerson(personId: PersonId): void;
  readonly connectionCount: number;
  /** Resolves once everything received and committed until now was answered and told. For tests. */
  settle(): Promise<void>;
  /** Answers what was received, and ends every connection. */
  close(): Promise<void>;
}

export function createAutomergeGateway(
  given: Omit<AutomergeDeps, "peerId"> & { readonly random: Random },
): AutomergeGateway {
  const { random, store, log, limits } = given;
  const newName = () => bytesToHex(random.bytes(16));
  /** Drawn when it is first needed. */
  let peerId: string | undefined;
  const connections = new Set<PeerConnection>();
  let isStopping = false;
  let told: Promise<unknown> = Promise.resolve();

  /** Only the names of the records: what is told of them each connection reads under its own rights. */
  async function tellAppended(
    appended: readonly AppendedToScope[],
  ): Promise<void> {
    for (const {
      organizationId,
      scopeId,
      fromSequence,
      toSequence,
    } of appended) {
      const rows = await store.read(organizationId, (tx) =>
        tx.scan(logTable, {
          prefix: [scopeId],
          after: [scopeId, fromSequence - 1],
          limit: toSequence - fromSequence + 1,
        }),
      );
      const recordIds = new Set(rows.map(({ value }) => value.recordId));
      for (const connection of connections) connection.wake(recordIds);
    }
  }

  function refreshTouched(
    membershipsChanged: readonly RecordId[],
    personId: PersonId,
  ): void {
    for (const connection of connections) {
      const isTouched =
        connection.personId === personId ||
        membershipsChanged.some((memberId) => connection.isMember(memberId));
      if (isTouched) connection.refreshAccess();
    }
  }

  const stopListening = given.identity.onRevoked((revocation) => {
    for (const { holder, end } of [...connections].map(endable)) {
      const isEnded =
        revocation.kind === "person"
          ? holder.personId === revocation.personId
          : revocation.kind === "session"
            ? holder.sessionId === revocation.sessionId
            : revocation.kind === "automerge-tickets"
              ? revocation.ticketIds.includes(holder.ticketId)
              : false;
      if (isEnded) end();
    }
  });

  /** One more of a device or a person ends its oldest: on a bad line that is the one that died unnoticed. */
  function makeRoom({ personId, deviceId }: TicketHolder): void {
    const { maxConnectionsPerDevice, maxConnectionsPerPerson } =
      automergeLimits;
    const ofPerson = [...connections].filter(
      (connection) => connection.personId === personId,
    );
    const ofDevice = ofPerson.filter(
      (connection) => connection.deviceId === deviceId,
    );
    if (ofDevice.length >= maxConnectionsPerDevice)
      ofDevice[0]?.end("replaced");
    else if (ofPerson.length >= maxConnectionsPerPerson)
      ofPerson[0]?.end("replaced");
  }

  return {
    accept(socket, holder) {
      makeRoom(holder);
      peerId ??= `suture-${newName()}`;
      const deps: AutomergeDeps = { ...given, peerId };
      const connection: PeerConnection = new PeerConnection(
        deps,
        socket,
        holder,
        newName(),
        () => connections.delete(connection),
      );
      connections.add(connection);
      if (isStopping) connection.end("server-stopping");
      else if (connections.size > limits.maxSessions)
        connection.end("rate-limited");
      return connection;
    },
    announce({ membershipsChanged, appended }, personId) {
      if (connections.size === 0) return;
      if (membershipsChanged.length > 0)
        refreshTouched(membershipsChanged, personId);
      told = Promise.all([
        told,
        tellAppended(appended).catch((cause: unknown) =>
          log.error("automerge.untold", {}, cause),
        ),
      ]);
    },
    refreshPerson(personId) {
      refreshTouched([], personId);
    },
    get connectionCount() {
      return connections.size;
    },
    async settle() {
      await told;
      for (const connection of [...connections]) await connection.settle();
    },
    async close() {
      isStopping = true;
      stopListening();
      for (const connection of connections) connection.stopListening();
      await told;
      for (const connection of [...connections]) {
        await connection.settle();
        connection.end("server-stopping");
      }
    },
  };
}

function endable(connection: PeerConnection): {
  readonly holder: TicketHolder;
  end(): void;
} {
  return {
    holder: connection.holder,
    end: () => connection.end("not-authenticated"),
  };
}

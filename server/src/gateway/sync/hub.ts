/** The sessions that are open now, by what they are looked up by. */
import type { DeviceId, PersonId, RecordId, ScopeId } from "@suture/schema";
import type { SyncSession } from "./session.ts";

export class Hub {
  readonly #sessions = new Set<SyncSession>();
  readonly #sessionsByScope = new Map<ScopeId, Set<SyncSession>>();

  get size(): number {
    return this.#sessions.size;
  }

  add(session: SyncSession): void {
    this.#sessions.add(session);
  }

  /** Which scopes a session replicates from now on. */
  place(session: SyncSession, scopeIds: Iterable<ScopeId>): void {
    if (!this.#sessions.has(session)) return;
    this.#unplace(session);
    for (const scopeId of scopeIds) {
      const placed = this.#sessionsByScope.get(scopeId) ?? new Set();
      this.#sessionsByScope.set(scopeId, placed.add(session));
    }
  }

  remove(session: SyncSession): void {
    this.#sessions.delete(session);
    this.#unplace(session);
  }

  all(): readonly SyncSession[] {
    return [...this.#sessions];
  }

  ofScope(scopeId: ScopeId): ReadonlySet<SyncSession> {
    return this.#sessionsByScope.get(scopeId) ?? noSessions;
  }

  ofDevice(deviceId: DeviceId): readonly SyncSession[] {
    return this.all().filter((session) => session.deviceId === deviceId);
  }

  ofPerson(personId: PersonId): readonly SyncSession[] {
    return this.all().filter((session) => session.personId === personId);
  }

  ofMember(memberId: RecordId): readonly SyncSession[] {
    return this.all().filter((session) => session.isMember(memberId));
  }

  #unplace(session: SyncSession): void {
    for (const [scopeId, placed] of this.#sessionsByScope) {
      if (placed.delete(session) && placed.size === 0)
        this.#sessionsByScope.delete(scopeId);
    }
  }
}

const noSessions: ReadonlySet<SyncSession> = new Set();

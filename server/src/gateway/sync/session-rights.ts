/**
 * What the person of one session may replicate, as last read, and how often it may have changed since.
 *
 * From the moment rights may have changed until they were read again, nothing is forwarded and nothing is answered: what the
 * session is then told says what became of each scope. SPEC SY-16.
 */
import { noAccess, readAccess } from "./access.ts";
import type { Access } from "./access.ts";
import type { SyncSession } from "./session.ts";
import type { SyncDeps } from "./sync-deps.ts";

export class SessionRights {
  readonly #deps: SyncDeps;
  readonly #session: SyncSession;
  #access: Access = noAccess;
  /** How often rights may have changed since they were last read. */
  #staleCount = 0;
  #settling: Promise<void> | undefined;

  constructor(deps: SyncDeps, session: SyncSession) {
    this.#deps = deps;
    this.#session = session;
  }

  get access(): Access {
    return this.#access;
  }

  get areStale(): boolean {
    return this.#staleCount > 0;
  }

  noteStale(): void {
    this.#staleCount += 1;
  }

  set(access: Access): void {
    this.#access = access;
    this.#deps.hub.place(this.#session, access.scopes.keys());
    this.#session.live.setAccess(access.scopes);
  }

  /** Reads rights again until they are those of now, once for all who wait for it. */
  async settle(): Promise<void> {
    if (!this.areStale) return;
    this.#settling ??= this.#readAgain().finally(() => {
      this.#settling = undefined;
    });
    await this.#settling;
  }

  async #readAgain(): Promise<void> {
    while (this.areStale && this.#session.isOpen) await this.#refresh();
  }

  async #refresh(): Promise<void> {
    const session = this.#session;
    const dueCount = this.#staleCount;
    const before = this.#access;
    const access = await readAccess(this.#deps, session.personId);
    if (!session.isOpen) return;
    this.set(access);
    this.#staleCount -= dueCount;
    this.#tell(before, access);
    await this.#deps.presence.refresh(session, before);
  }

  #tell(before: Access, { memberships: now, scopes }: Access): void {
    const session = this.#session;
    const memberships = [...now];
    for (const scopeId of before.scopes.keys()) {
      if (!scopes.has(scopeId))
        session.send({ type: "scope-revoked", scopeId, memberships });
    }
    for (const { scopeId, organizationId, end, ...scope } of scopes.values()) {
      const known = before.scopes.get(scopeId);
      const isSameReading = known?.readKey === scope.readKey;
      if (!isSameReading || known.rightsKey !== scope.rightsKey)
        session.send({
          type: "scope-granted",
          scopeId,
          organizationId,
          end,
          memberships,
        });
      // What was sent under other rights is not what these rights give: the device begins anew.
      if (!isSameReading) session.live.forget(scopeId);
      else if (!this.areStale) session.live.tellOwed(scopeId);
    }
  }
}

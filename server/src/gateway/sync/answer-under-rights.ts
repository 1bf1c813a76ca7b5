import type { Access } from "./access.ts";
import type { SyncSession } from "./session.ts";

/**
 * Reads what a session asked for and sends it, under the rights as they are when it is sent: should they have changed while it
 * was read, it is read again, and nothing is sent to a session that has ended. SPEC SY-26.
 */
export async function answerUnderRights<T>(
  session: SyncSession,
  read: (access: Access) => Promise<T>,
  send: (found: T, access: Access) => void,
): Promise<void> {
  for (;;) {
    await session.settleRights();
    if (!session.isOpen) return;
    const { access } = session;
    const found = await read(access);
    if (!session.isOpen) return;
    if (session.areRightsStale || session.access !== access) continue;
    send(found, access);
    return;
  }
}

/** Tells whoever holds something open (a live socket) that its right to be open has ended. SPEC ID-16. */
import type { DeviceId, PersonId } from "@suture/schema";

export type Revocation =
  | { readonly kind: "device"; readonly deviceId: DeviceId }
  | {
      readonly kind: "person-on-device";
      readonly deviceId: DeviceId;
      readonly personId: PersonId;
    }
  | { readonly kind: "person"; readonly personId: PersonId }
  /** A session ended: signed out, or one of its refresh tokens came too late. Sync goes on. */
  | {
      readonly kind: "session";
      readonly personId: PersonId;
      readonly sessionId: string;
    }
  /** Of plain Automerge clients. */
  | {
      readonly kind: "automerge-tickets";
      readonly ticketIds: readonly string[];
    };

export interface Revocations {
  /** Calls `listener` after each revocation is durable, until the function given back is called. */
  onRevoked(listener: (revocation: Revocation) => void): () => void;
  announce(revocation: Revocation): void;
}

export function createRevocations(): Revocations {
  const listeners = new Set<(revocation: Revocation) => void>();
  return {
    onRevoked(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    announce(revocation) {
      for (const listener of listeners) listener(revocation);
    },
  };
}

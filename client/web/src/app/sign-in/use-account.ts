/** What signing in, joining and founding have in common: an account with the server, and this device registered for it. */
import { acceptInvitation, signUp } from "@suture/client";

import { useApp } from "../app-deps.tsx";

export interface AccountInput {
  readonly email: string;
  readonly password: string;
  readonly deviceName: string;
  /** Given for a new account. */
  readonly newName?: string;
}

/** Each answers what went wrong, as a sentence to act on, or null. */
export interface Account {
  signIn(input: AccountInput): Promise<string | null>;
  /** For whoever is signed in. */
  join(code: string): Promise<string | null>;
}

export function useAccount(): Account {
  const { client, server } = useApp();
  return {
    async signIn({ newName, ...login }) {
      if (newName !== undefined) {
        const { email, password } = login;
        const made = await signUp(server, { email, password, name: newName });
        if (!made.ok) return made.error.message;
      }
      const signedIn = await client.signIn(login);
      if (!signedIn.ok) return signedIn.error.message;
      client.startSync();
      return null;
    },
    async join(code) {
      const session = await client.session();
      if (!session.ok) return session.error.message;
      const joined = await acceptInvitation(server, session.value, code);
      if (!joined.ok) return joined.error.message;
      // What the new member may read comes with a new connection.
      client.stopSync();
      client.startSync();
      return null;
    },
  };
}

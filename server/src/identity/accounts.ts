/**
 * Accounts: who may sign in, by e-mail and password. What it promises, whatever keeps the accounts:
 *
 * - An e-mail names one account, without regard to case.
 * - An unknown e-mail and a wrong password answer the same, after the same work: one password hash (SPEC ID-3).
 * - A second sign-up with a known e-mail is refused and changes nothing (SPEC ID-2).
 * - Nothing here is a session: tokens are ours, see `session-tokens.ts` and `sync-tokens.ts`.
 */
import type { IdentityError, PersonId, Result } from "@suture/schema";

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export interface SignUp extends Credentials {
  readonly name: string;
}

export interface Accounts {
  /** Errors: `password-too-short`, `request-invalid` (not an e-mail, over-long fields), `sign-up-refused`. */
  signUp(request: SignUp): Promise<Result<PersonId, IdentityError>>;
  /** Errors: `sign-in-refused`, nothing else. */
  signIn(credentials: Credentials): Promise<Result<PersonId, IdentityError>>;
  /** Whose e-mail it is. Not for an answer: it tells known e-mails from unknown ones. */
  personOfEmail(email: string): Promise<PersonId | undefined>;
  /** What the person is called, for people to read; undefined for an unknown person. Never for a log. */
  displayName(personId: PersonId): Promise<string | undefined>;
}

/** How passwords are kept. The default of every implementation is scrypt; tests give a cheap one. */
export interface PasswordHashing {
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

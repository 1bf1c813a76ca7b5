/**
 * Accounts kept by better-auth, in its own tables (`user`, `account`, `session`, `verification`) of the database file
 * that also holds the log. It is used as a library: no route of it is served, it sends nothing over the network, and the
 * session it makes at each sign-in is deleted at once, since sessions and their tokens are ours.
 *
 * It needs a connection of its own: a transaction of the store must never contain its writes. And it must not open
 * transactions of its own: its sign-up would hold one open while it hashes the password, and its first write after that
 * would fail (SQLITE_BUSY_SNAPSHOT) whenever the store had committed meanwhile. So a sign-up is two inserts, and an
 * account that a crash left half made is removed at the next start.
 */
import {
  err,
  identityError,
  minPasswordLength,
  ok,
  personIdSchema,
  randomUuid,
} from "@suture/schema";
import type { IdentityError, PersonId, Random, Result } from "@suture/schema";
import { betterAuth } from "better-auth";
import { isAPIError } from "better-auth/api";
import { getMigrations } from "better-auth/db/migration";
import type { Database } from "better-sqlite3";
import { SqliteDialect } from "kysely";
import { checkSignUp, maxPasswordLength } from "./account-rules.ts";
import type {
  Accounts,
  Credentials,
  PasswordHashing,
  SignUp,
} from "./accounts.ts";

export interface AccountsDeps {
  /** Opened, and closed, by the caller. */
  readonly database: Database;
  /** At least 32 bytes of key material, the same at every start: `loadSecret(store, random, "accounts")`. */
  readonly secret: string;
  readonly random: Random;
  /** Default: better-auth's scrypt (N=16384, r=16, p=1). */
  readonly passwordHashing?: PasswordHashing;
}

/** Creates or upgrades better-auth's tables first, so that a new server needs no separate step. */
export async function createAccounts(deps: AccountsDeps): Promise<Accounts> {
  const { passwordHashing } = deps;
  // The default in WAL mode would let a power cut take back a sign-up that was answered.
  deps.database.pragma("synchronous = FULL");
  const auth = betterAuth({
    database: {
      dialect: new SqliteDialect({ database: deps.database }),
      type: "sqlite",
      transaction: false,
    },
    secret: deps.secret,
    // Required, never used: no route of better-auth is served.
    baseURL: "http://localhost",
    telemetry: { enabled: false },
    // Its log lines can hold e-mails.
    logger: { disabled: true },
    rateLimit: { enabled: false },
    advanced: { database: { generateId: () => randomUuid(deps.random) } },
    emailAndPassword: {
      enabled: true,
      // Without a session, and with a hash computed also for an e-mail that is known.
      autoSignIn: false,
      minPasswordLength,
      maxPasswordLength,
      ...(passwordHashing && {
        password: {
          hash: (password) => passwordHashing.hash(password),
          verify: ({ hash, password }) =>
            passwordHashing.verify(hash, password),
        },
      }),
    },
  });
  await (await getMigrations(auth.options)).runMigrations();
  deps.database.exec(
    "DELETE FROM user WHERE id NOT IN (SELECT userId FROM account)",
  );
  const { internalAdapter } = await auth.$context;

  return {
    async signUp(request: SignUp): Promise<Result<PersonId, IdentityError>> {
      const checked = checkSignUp(request);
      if (!checked.ok) return checked;
      try {
        const { user } = await auth.api.signUpEmail({ body: checked.value });
        // For a known e-mail better-auth answers with a made-up user instead of an error; ours must not be believed.
        const kept = await internalAdapter.findUserById(user.id);
        return kept
          ? ok(personIdSchema.parse(user.id))
          : err(identityError("sign-up-refused"));
      } catch (cause) {
        // Two sign-ups with one e-mail at once: the second meets the unique index.
        const isTaken = await internalAdapter.findUserByEmail(
          checked.value.email,
        );
        if (isAPIError(cause) && isTaken)
          return err(identityError("sign-up-refused"));
        throw new Error("the account could not be stored", { cause });
      }
    },

    async signIn({
      email,
      password,
    }: Credentials): Promise<Result<PersonId, IdentityError>> {
      if (password.length > maxPasswordLength)
        return err(identityError("sign-in-refused"));
      try {
        const { token, user } = await auth.api.signInEmail({
          body: { email, password },
        });
        await internalAdapter.deleteSession(token);
        return ok(personIdSchema.parse(user.id));
      } catch (cause) {
        if (
          isAPIError(cause) &&
          cause.statusCode >= 400 &&
          cause.statusCode < 500
        )
          return err(identityError("sign-in-refused"));
        throw new Error("the account could not be read", { cause });
      }
    },

    async personOfEmail(email: string): Promise<PersonId | undefined> {
      const found = await internalAdapter.findUserByEmail(email.toLowerCase());
      return found ? personIdSchema.parse(found.user.id) : undefined;
    },

    async displayName(personId: PersonId): Promise<string | undefined> {
      return (await internalAdapter.findUserById(personId))?.name;
    },
  };
}

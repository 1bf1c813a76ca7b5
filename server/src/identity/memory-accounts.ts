/** Accounts in memory: for tests, and for a server that is thrown away with its process. */
import { scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import {
  err,
  identityError,
  ok,
  personIdSchema,
  randomUuid,
} from "@suture/schema";
import type { PersonId, Random } from "@suture/schema";
import { checkSignUp } from "./account-rules.ts";
import type { Accounts, PasswordHashing } from "./accounts.ts";

interface Account {
  readonly personId: PersonId;
  readonly name: string;
  readonly passwordHash: string;
}

export function createMemoryAccounts(deps: {
  readonly random: Random;
  readonly passwordHashing?: PasswordHashing;
}): Accounts {
  const hashing = deps.passwordHashing ?? scryptHashing(deps.random);
  const accountsByEmail = new Map<string, Account>();

  return {
    async signUp(request) {
      const checked = checkSignUp(request);
      if (!checked.ok) return checked;
      const { email, name, password } = checked.value;
      const passwordHash = await hashing.hash(password);
      if (accountsByEmail.has(email))
        return err(identityError("sign-up-refused"));
      const personId = personIdSchema.parse(randomUuid(deps.random));
      accountsByEmail.set(email, { personId, name, passwordHash });
      return ok(personId);
    },

    async signIn({ email, password }) {
      const account = accountsByEmail.get(email.toLowerCase());
      if (!account) {
        await hashing.hash(password);
        return err(identityError("sign-in-refused"));
      }
      const isRight = await hashing.verify(account.passwordHash, password);
      return isRight
        ? ok(account.personId)
        : err(identityError("sign-in-refused"));
    },

    async personOfEmail(email) {
      return accountsByEmail.get(email.toLowerCase())?.personId;
    },

    async displayName(personId) {
      return [...accountsByEmail.values()].find(
        (account) => account.personId === personId,
      )?.name;
    },
  };
}

const deriveKey = promisify<string, Uint8Array, number, Buffer>(scrypt);

function scryptHashing(random: Random): PasswordHashing {
  return {
    async hash(password) {
      const salt = random.bytes(16);
      const key = await deriveKey(password, salt, 32);
      return `${Buffer.from(salt).toString("hex")}:${key.toString("hex")}`;
    },
    async verify(hash, password) {
      const [salt = "", key = ""] = hash.split(":");
      const derived = await deriveKey(password, Buffer.from(salt, "hex"), 32);
      return timingSafeEqual(derived, Buffer.from(key, "hex"));
    },
  };
}

import { ok } from "@suture/schema";
import { expect, test } from "vitest";
import {
  createIdentityWorld,
  createTestRandom,
  HandSetClock,
  issuer,
} from "./identity-world.ts";
import { createIdentity } from "./identity.ts";
import { createMemoryAccounts } from "./memory-accounts.ts";
import {
  createPasswordTurns,
  maxWaitingPasswords,
  passwordsAtOnce,
} from "./password-turns.ts";
import { maxFailedSignIns } from "./sign-in-limits.ts";

/** Identity whose passwords are hashed when the test says so. */
async function createSlowWorld() {
  const { store } = await createIdentityWorld();
  const begun: (() => void)[] = [];
  const hash = async (password: string) => {
    await new Promise<void>((resolve) => begun.push(resolve));
    return `slow:${password}`;
  };
  const random = createTestRandom();
  const identity = await createIdentity({
    store,
    accounts: createMemoryAccounts({
      random,
      passwordHashing: {
        hash,
        verify: async (stored, password) => stored === (await hash(password)),
      },
    }),
    clock: new HandSetClock(),
    random,
    issuer,
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    identity,
    begun,
    async finishAll() {
      for (await settle(); begun.length > 0; await settle()) begun.shift()?.();
    },
    settle,
  };
}

test("[ID-39] passwords are hashed two at a time; who finds no room is told to wait, with nothing counted", async () => {
  const { identity, begun, finishAll, settle } = await createSlowWorld();
  const room = passwordsAtOnce + maxWaitingPasswords;
  const strangers = Array.from({ length: room }, (_, number) =>
    identity.signIn({ email: `${number}@flood.example`, password: "a guess" }),
  );
  await settle();
  expect(begun.length).toBe(passwordsAtOnce);

  const ann = { email: "ann@clinic.example", password: "correct horse" };
  const full = {
    ok: false,
    error: {
      code: "too-many-requests",
      isRetryable: true,
      retryAfterMs: 5_000,
    },
  };
  for (let count = 0; count <= maxFailedSignIns; count++)
    expect(await identity.signIn(ann)).toMatchObject(full);
  expect(await identity.signUp({ ...ann, name: "Ann" })).toMatchObject(full);
  expect(begun.length).toBe(passwordsAtOnce);

  await finishAll();
  for (const answer of await Promise.all(strangers))
    expect(answer).toMatchObject({ error: { code: "sign-in-refused" } });
  const [signedUp] = await Promise.all([
    identity.signUp({ ...ann, name: "Ann" }),
    finishAll(),
  ]);
  expect(signedUp.ok).toBe(true);
  const [signedIn] = await Promise.all([identity.signIn(ann), finishAll()]);
  expect(signedIn.ok).toBe(true);
});

test("[ID-39] work that throws gives its turn back", async () => {
  const turns = createPasswordTurns();
  const broken = Array.from({ length: passwordsAtOnce + 1 }, () =>
    turns.take(async () => {
      throw new Error("broken");
    }),
  );
  for (const each of broken) await expect(each).rejects.toThrow("broken");
  expect(await turns.take(async () => ok("done"))).toEqual(ok("done"));
});

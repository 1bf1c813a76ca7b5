import { expect, test } from "vitest";
import {
  createIdentityWorld,
  HandSetClock,
  signInSomebody,
} from "./identity-world.ts";
import {
  createSignInLimits,
  failedSignInsWindowMs,
  maxFailedSignIns,
} from "./sign-in-limits.ts";

const ann = { email: "ann@clinic.example", password: "correct horse battery" };

test("[ID-4] after ten failures within fifteen minutes even the right password waits, and is told how long", async () => {
  const world = await createIdentityWorld();
  await signInSomebody(world, ann.email);
  const codeOf = async (password: string, email = ann.email) => {
    const signedIn = await world.identity.signIn({ email, password });
    return signedIn.ok ? "ok" : signedIn.error.code;
  };
  for (let count = 0; count < maxFailedSignIns; count++)
    expect(await codeOf("wrong password")).toBe("sign-in-refused");
  world.clock.advance(60_000);
  expect(
    await world.identity.signIn({ ...ann, email: " Ann@Clinic.Example" }),
  ).toMatchObject({
    error: {
      code: "too-many-attempts",
      isRetryable: true,
      retryAfterMs: failedSignInsWindowMs - 60_000,
    },
  });
  expect(await codeOf("wrong password", "bob@clinic.example")).toBe(
    "sign-in-refused",
  );
  world.clock.advance(failedSignInsWindowMs - 60_000);
  expect(await codeOf(ann.password)).toBe("ok");
});

test("[ID-4] a success forgets the failures before it", () => {
  const limits = createSignInLimits({ clock: new HandSetClock() });
  for (let round = 0; round < 3; round++) {
    for (let count = 0; count < maxFailedSignIns; count++)
      expect(limits.begin(ann.email).ok).toBe(true);
    expect(limits.begin(ann.email).ok).toBe(false);
    limits.succeeded(ann.email);
  }
});

test("[ID-4] guesses made at once gain nothing", async () => {
  const { identity } = await createIdentityWorld();
  const guesses = Array.from({ length: 50 }, (_, index) =>
    identity.signIn({ ...ann, password: `guess ${index}` }),
  );
  const codes = (await Promise.all(guesses)).map((guess) =>
    guess.ok ? "ok" : guess.error.code,
  );
  expect(codes.filter((code) => code === "sign-in-refused")).toHaveLength(
    maxFailedSignIns,
  );
});

test("[ID-4] what is remembered is bounded, and unknown e-mails count like known ones", () => {
  const limits = createSignInLimits({
    clock: new HandSetClock(),
    maxEmails: 3,
  });
  for (let count = 0; count < maxFailedSignIns; count++)
    limits.begin("first@clinic.example");
  expect(limits.begin("first@clinic.example").ok).toBe(false);
  for (const email of ["a", "b", "c"]) limits.begin(email);
  expect(limits.begin("first@clinic.example").ok).toBe(true);
});

/** What every keeper of accounts must do. SPEC ID-2, ID-3. */
import { expect, test } from "vitest";
import type { Accounts } from "./accounts.ts";

export interface AccountsUnderTest {
  readonly accounts: Accounts;
  /** How many passwords were hashed so far. */
  readonly hashCount: () => number;
}

const ann = {
  email: "ann@clinic.example",
  password: "correct horse battery",
  name: "Ann",
};

export function testAccountsContract(
  open: () => Promise<AccountsUnderTest>,
): void {
  test("[ID-2] who signed up can sign in, whatever the case of the e-mail", async () => {
    const { accounts } = await open();
    const signedUp = await accounts.signUp(ann);
    expect(signedUp.ok).toBe(true);
    expect(await accounts.signIn(ann)).toEqual(signedUp);
    expect(
      await accounts.signIn({ ...ann, email: "Ann@Clinic.Example" }),
    ).toEqual(signedUp);
  });

  test("[ID-2] a second sign-up with an e-mail is refused and changes nothing", async () => {
    const { accounts } = await open();
    const signedUp = await accounts.signUp(ann);
    const again = await accounts.signUp({
      ...ann,
      email: "ANN@clinic.example",
      password: "another password",
    });
    expect(again).toMatchObject({
      ok: false,
      error: { code: "sign-up-refused", isRetryable: false },
    });
    expect(
      await accounts.signIn({ ...ann, password: "another password" }),
    ).toMatchObject({ ok: false });
    expect(await accounts.signIn(ann)).toEqual(signedUp);
  });

  test("[ID-2] of two sign-ups with one e-mail at once, one succeeds", async () => {
    const { accounts } = await open();
    const both = await Promise.all([
      accounts.signUp(ann),
      accounts.signUp(ann),
    ]);
    expect(both.filter((result) => result.ok)).toHaveLength(1);
    expect(both.find((result) => !result.ok)).toMatchObject({
      error: { code: "sign-up-refused" },
    });
  });

  test("[ID-2] passwords have 10 to 128 characters, e-mails and names their form", async () => {
    const { accounts } = await open();
    const codeOf = async (change: Partial<typeof ann>) => {
      const result = await accounts.signUp({ ...ann, ...change });
      return result.ok ? "ok" : result.error.code;
    };
    expect(await codeOf({ password: "123456789" })).toBe("password-too-short");
    expect(await codeOf({ password: "x".repeat(129) })).toBe("request-invalid");
    expect(await codeOf({ email: "no e-mail" })).toBe("request-invalid");
    expect(await codeOf({ name: "  " })).toBe("request-invalid");
    expect(await codeOf({ password: "1234567890" })).toBe("ok");
    expect(
      await codeOf({
        email: "other@clinic.example",
        password: "x".repeat(128),
      }),
    ).toBe("ok");
  });

  test("[ID-3] an unknown e-mail and a wrong password answer the same after the same work", async () => {
    const { accounts, hashCount } = await open();
    await accounts.signUp(ann);
    const before = hashCount();
    const wrongPassword = await accounts.signIn({
      ...ann,
      password: "wrong password",
    });
    const between = hashCount();
    const unknownEmail = await accounts.signIn({
      ...ann,
      email: "bob@clinic.example",
    });
    expect(wrongPassword).toMatchObject({
      ok: false,
      error: { code: "sign-in-refused" },
    });
    expect(unknownEmail).toEqual(wrongPassword);
    expect(between - before).toBe(1);
    expect(hashCount() - between).toBe(1);
  });

  test("[ID-3] what cannot be an e-mail or a password is refused as a wrong one is", async () => {
    const { accounts } = await open();
    await accounts.signUp(ann);
    const refusal = await accounts.signIn({
      ...ann,
      password: "wrong password",
    });
    expect(await accounts.signIn({ ...ann, email: "no e-mail" })).toEqual(
      refusal,
    );
    expect(await accounts.signIn({ ...ann, password: "" })).toEqual(refusal);
    expect(
      await accounts.signIn({ ...ann, password: "x".repeat(1_000_000) }),
    ).toEqual(refusal);
  });

  test("[ID-37] an e-mail is found without regard to case, and an unknown one is nobody's", async () => {
    const { accounts } = await open();
    const signedUp = await accounts.signUp(ann);
    if (!signedUp.ok) throw new Error(signedUp.error.code);
    expect(await accounts.personOfEmail(ann.email.toUpperCase())).toBe(
      signedUp.value,
    );
    expect(await accounts.personOfEmail("bob@clinic.example")).toBe(undefined);
    expect(await accounts.personOfEmail("")).toBe(undefined);
  });

  test("[ID-2] a person has the name they signed up with", async () => {
    const { accounts } = await open();
    const signedUp = await accounts.signUp({ ...ann, name: " Ann " });
    if (!signedUp.ok) throw new Error(signedUp.error.code);
    expect(await accounts.displayName(signedUp.value)).toBe("Ann");
  });
}

import { expect, test } from "vitest";

import type { SpareNumbers } from "./identity/password-checks.ts";
import { openDevice, personIdOf } from "./records/clinic.test-support.ts";

test("[AP-106] with whoever leaves goes how often their password was wrong on a full device, and nobody else's", async () => {
  const numbers = new Map<string, number>([
    [personIdOf("ada"), 7],
    [personIdOf("ben"), 8],
  ]);
  const { client } = await openDevice({
    ...{ name: "ada", others: ["ben"] },
    spareNumbers: {
      ...untouched,
      clear: (name) => Promise.resolve(void numbers.delete(name)),
    },
  });
  expect(await client.leaveDevice({ withoutServer: true })).toMatchObject({
    ok: true,
  });
  expect([...numbers]).toEqual([[personIdOf("ben"), 8]]);
});

test("[AP-106] a number that cannot be cleared keeps nobody from leaving", async () => {
  const { client, tokens } = await openDevice({
    ...{ name: "ada", others: ["ben"] },
    spareNumbers: {
      ...untouched,
      clear: () => Promise.reject(new Error("no space")),
    },
  });
  expect(await client.leaveDevice({ withoutServer: true })).toMatchObject({
    ok: true,
  });
  expect(await tokens.listPersonIds()).toEqual([personIdOf("ben")]);
});

const untouched: Pick<SpareNumbers, "read" | "raise"> = {
  read: () => Promise.resolve(0),
  raise: () => Promise.reject(new Error("nobody tries a password")),
};

/** Two tabs of one browser, whose device is locked in one of them while the browser has no space. */
import { randomUuid, deviceIdSchema, type PersonId } from "@suture/schema";
import { afterEach, expect, test, vi } from "vitest";

import type { Client } from "../client.ts";
import { personIdOf } from "../records/clinic.test-support.ts";
import { systemRandom } from "../system-runtime.ts";
import { createBrowserClient } from "./create-browser-client.ts";
import { openIndexedDbTokenStore } from "./open-indexed-db-token-store.ts";
import { removeDevice } from "./remove-device.ts";

const ada = personIdOf("ada");
const ben = personIdOf("ben");
const options = {
  url: "https://suture.test",
  name: randomUuid(systemRandom),
  lock: { passwordRounds: 10, unusedMs: 900_000 },
};
const nothing = (): void => undefined;

afterEach(async () => {
  vi.restoreAllMocks();
  await removeDevice(options.name);
});

async function signIn(personId = ada): Promise<void> {
  const tokens = await openIndexedDbTokenStore(options.name, {
    random: systemRandom,
  });
  await tokens.saveGrant({
    personId,
    deviceId: deviceIdSchema.parse("0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a"),
    syncToken: "a token",
    syncTokenExpiresAtMs: Number.MAX_SAFE_INTEGER,
    refreshToken: undefined,
  });
  tokens.close();
}

const openTab = (): Promise<Client> =>
  createBrowserClient({
    ...options,
    startWorker: () =>
      new Worker(URL.createObjectURL(new Blob([])), { type: "module" }),
    onRemoved: nothing,
    onDamage: nothing,
    onMended: nothing,
  });

/** There is no space until mocks are restored. */
function fillBrowser(): void {
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("", "QuotaExceededError");
  });
}

async function isUsedBy(
  tab: Client,
  personId: PersonId | undefined,
): Promise<void> {
  let stop = nothing;
  await new Promise<void>((resolve) => {
    const look = () => {
      if (tab.person?.personId === personId) resolve();
    };
    stop = tab.watch(look);
    look();
  });
  stop();
}

test("[AP-165] a lock that the browser has no space for is in the other tabs, too", async () => {
  await signIn();
  const [first, second] = [await openTab(), await openTab()];
  await first.usePerson(ada);
  await second.usePerson(ada);
  fillBrowser();
  await first.lock.close();
  expect(first.person).toBeNull();
  await isUsedBy(second, undefined);
  await first.close();
  await second.close();
});

test("[AP-182, AP-167] who opens a full browser's device closes it in the other tab, and has it in both once there is space", async () => {
  await signIn(ada);
  await signIn(ben);
  const [first, second] = [await openTab(), await openTab()];
  await first.usePerson(ada);
  await first.lock.close();
  await isUsedBy(second, undefined);
  fillBrowser();
  await first.usePerson(ada);
  await isUsedBy(first, ada);
  await second.usePerson(ben);
  await isUsedBy(second, ben);
  await isUsedBy(first, undefined);
  vi.restoreAllMocks();
  await second.space.look();
  await isUsedBy(first, ben);
  expect(second.person?.personId).toBe(ben);
  await first.close();
  await second.close();
});

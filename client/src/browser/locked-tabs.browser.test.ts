/** Two tabs of one browser, whose device is locked in one of them while the browser has no space. */
import { randomUuid, deviceIdSchema } from "@suture/schema";
import { afterEach, expect, test, vi } from "vitest";

import type { Client } from "../client.ts";
import { personIdOf } from "../records/clinic.test-support.ts";
import { systemRandom } from "../system-runtime.ts";
import { createBrowserClient } from "./create-browser-client.ts";
import { openIndexedDbTokenStore } from "./open-indexed-db-token-store.ts";
import { removeDevice } from "./remove-device.ts";

const ada = personIdOf("ada");
const options = {
  url: "https://suture.test",
  name: randomUuid(systemRandom),
  lock: { passwordRounds: 10, unusedMs: 900_000 },
};
const nothing = () => undefined;

afterEach(async () => {
  vi.restoreAllMocks();
  await removeDevice(options.name);
});

async function signIn(): Promise<void> {
  const tokens = await openIndexedDbTokenStore(options.name, {
    random: systemRandom,
  });
  await tokens.saveGrant({
    personId: ada,
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

test("[AP-165] a lock that the browser has no space for is in the other tabs, too", async () => {
  await signIn();
  const [first, second] = [await openTab(), await openTab()];
  await first.usePerson(ada);
  await second.usePerson(ada);
  const isLocked = new Promise<void>((resolve) => {
    second.watch(() => {
      if (second.person === null) resolve();
    });
  });
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("", "QuotaExceededError");
  });
  await first.lock.close();
  expect(first.person).toBeNull();
  await isLocked;
  await first.close();
  await second.close();
});

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { generateDeviceKeyPair } from "./device-key.ts";
import {
  createKeyringTokenStore,
  openKeyringTokenStore,
  type Keyring,
} from "./keyring-token-store.ts";
import { grantOf, testTokenStoreContract } from "./token-store.contract.ts";

/** Fails at the n-th write, as a keyring that is locked in the middle does. */
function createMemoryKeyring(
  secrets = new Map<string, string>(),
  writesLeft = Infinity,
): Keyring {
  let left = writesLeft;
  const write = () => {
    left -= 1;
    if (left < 0) throw new Error("the keyring is locked");
  };
  return {
    load: async (name) => secrets.get(name),
    async save(name, secret) {
      write();
      secrets.set(name, secret);
    },
    async remove(name) {
      write();
      secrets.delete(name);
    },
  };
}

describe("token store in a keyring", () => {
  testTokenStoreContract(async () =>
    createKeyringTokenStore(createMemoryKeyring()),
  );

  test("[ID-19] cut off at any write of a new key, no grant of the old one is left beside it", async () => {
    for (let writes = 0; writes <= 4; writes += 1) {
      const secrets = new Map<string, string>();
      const before = createKeyringTokenStore(createMemoryKeyring(secrets));
      await before.saveKeyPair(
        await generateDeviceKeyPair({ isExtractable: true }),
      );
      await before.saveGrant(grantOf("ann"));
      await before.saveGrant(grantOf("bob"));
      const oldKey = secrets.get("device key");
      const cut = createKeyringTokenStore(createMemoryKeyring(secrets, writes));
      await cut
        .saveKeyPair(await generateDeviceKeyPair({ isExtractable: true }))
        .catch(() => undefined);
      const after = createKeyringTokenStore(createMemoryKeyring(secrets));
      const isNewKey = secrets.get("device key") !== oldKey;
      const people = await after.listPersonIds();
      if (isNewKey) expect(people).toEqual([]);
      for (const { personId } of [grantOf("ann"), grantOf("bob")])
        expect((await after.loadGrant(personId)) !== undefined).toBe(
          people.includes(personId),
        );
    }
  });

  test("[ID-19] a damaged entry is an error that quotes nothing", async () => {
    const secrets = new Map([["device key", '{"d":"hidden"']]);
    const tokens = createKeyringTokenStore(createMemoryKeyring(secrets));
    const problem = await tokens.loadKeyPair().then(
      () => null,
      (cause: unknown) => cause,
    );
    expect(String(problem)).toContain("damaged");
    expect(JSON.stringify(problem) + String(problem)).not.toContain("hidden");
  });
});

const hasSecretService = ["dbus-daemon", "gnome-keyring-daemon"].every(
  (program) => {
    try {
      execFileSync("which", [program]);
      return true;
    } catch {
      return false;
    }
  },
);

// The system's own keyring: on Linux that takes a Secret Service, which a bare machine lacks (`apt-get install gnome-keyring`).
describe.skipIf(!hasSecretService)("token store in the Secret Service", () => {
  let home: string;
  let bus: ChildProcess;
  let serviceCount = 0;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "keyring-"));
    bus = spawn("dbus-daemon", ["--session", "--print-address", "--nofork"]);
    vi.stubEnv("DBUS_SESSION_BUS_ADDRESS", await firstLine(bus));
    vi.stubEnv("HOME", home);
    vi.stubEnv("XDG_RUNTIME_DIR", home);
    execFileSync("gnome-keyring-daemon", ["--unlock", "--components=secrets"], {
      input: "a password for this test",
    });
  });

  afterAll(() => {
    vi.unstubAllEnvs();
    bus.kill();
    rmSync(home, { recursive: true, force: true });
  });

  async function openNew() {
    serviceCount += 1;
    const server = `https://clinic-${serviceCount}.example`;
    const opened = await openKeyringTokenStore({ server });
    if (!opened.ok) throw new Error(opened.error.code);
    return opened.value;
  }

  testTokenStoreContract(openNew);

  test("[ID-19] key and grants are there for the next process, and another server sees none of them", async () => {
    const server = "https://clinic.example";
    const before = await openKeyringTokenStore({ server });
    if (!before.ok) throw new Error(before.error.code);
    await before.value.saveGrant(grantOf("ann"));
    const after = await openKeyringTokenStore({ server });
    const other = await openNew();
    expect(after.ok && (await after.value.listPersonIds())).toEqual(["ann"]);
    expect(await other.listPersonIds()).toEqual([]);
  });
});

test.runIf(process.platform === "linux")(
  "[ID-19] where there is no keyring, that is said and nothing is stored",
  async () => {
    vi.stubEnv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    const opened = await openKeyringTokenStore({ server: "https://a.example" });
    vi.unstubAllEnvs();
    expect(opened).toEqual({
      ok: false,
      error: { code: "keyring-unavailable" },
    });
  },
);

function firstLine({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    stdout?.once("data", (data: Buffer) =>
      resolve(data.toString("utf8").trim()),
    );
  });
}

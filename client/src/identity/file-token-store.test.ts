import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { generateDeviceKeyPair, openDeviceKey } from "./device-key.ts";
import { createFileTokenStore } from "./file-token-store.ts";
import { grantOf, testTokenStoreContract } from "./token-store.contract.ts";

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tokens-"));
  path = join(directory, "suture", "tokens.json");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const modeOf = (file: string) => statSync(file).mode & 0o777;

describe("token store in a file", () => {
  testTokenStoreContract(async () => createFileTokenStore(path));

  test("[ID-19] key and grants are there after a restart", async () => {
    const before = createFileTokenStore(path);
    const pair = await generateDeviceKeyPair({ isExtractable: true });
    await before.saveKeyPair(pair);
    await before.saveGrant(grantOf("ann"));
    const after = createFileTokenStore(path);
    const loaded = await after.loadKeyPair();
    if (!loaded) throw new Error("no key");
    expect((await openDeviceKey(loaded)).publicJwk).toEqual(
      (await openDeviceKey(pair)).publicJwk,
    );
    expect(await after.loadGrant(grantOf("ann").personId)).toEqual(
      grantOf("ann"),
    );
  });

  test("[ID-19] only its owner can read the file, also where an open draft was left by a crash", async () => {
    const tokens = createFileTokenStore(path);
    await tokens.saveGrant(grantOf("ann"));
    expect([modeOf(path), modeOf(join(directory, "suture"))]).toEqual([
      0o600, 0o700,
    ]);
    writeFileSync(`${path}.new`, "torn");
    chmodSync(`${path}.new`, 0o644);
    await tokens.saveGrant(grantOf("bob"));
    expect(modeOf(path)).toBe(0o600);
    expect(readdirSync(join(directory, "suture"))).toEqual(["tokens.json"]);
  });

  test("[ID-19] a damaged file is an error that quotes nothing of it, and is not overwritten", async () => {
    const tokens = createFileTokenStore(path);
    await tokens.saveGrant(grantOf("ann"));
    const damaged = readFileSync(path, "utf8").slice(0, -10);
    writeFileSync(path, damaged);
    const failure = await tokens
      .saveGrant(grantOf("bob"))
      .catch((cause: unknown) => cause);
    expect(failure).toBeInstanceOf(Error);
    expect(String(failure instanceof Error && failure.stack)).not.toContain(
      "token of ann",
    );
    expect(readFileSync(path, "utf8")).toBe(damaged);
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writtenNumbers } from "./acknowledged-writes.ts";
import { openSqliteStore } from "./open-sqlite-store.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "open-sqlite-store-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test(
  "[ST-8] every write acknowledged by a process that is then killed is in the file, whole",
  { timeout: 60_000 },
  async () => {
    for (const acknowledgedBeforeKill of [1, 150, 1_000]) {
      const file = join(
        directory,
        `killed-after-${acknowledgedBeforeKill}.sqlite`,
      );
      const acknowledged = await writeUntilKilled(file, acknowledgedBeforeKill);
      const store = await openSqliteStore({
        file,
        tables: [writtenNumbers],
        migrations: [],
      });
      const [one, other] = await store.read("org-1", (tx) =>
        Promise.all(
          ["one", "other"].map((half) =>
            tx.scan(writtenNumbers, { prefix: [half] }),
          ),
        ),
      );
      const stored = one?.map(({ value }) => value);
      expect(acknowledged.length).toBeGreaterThanOrEqual(
        acknowledgedBeforeKill,
      );
      expect(stored).toEqual(expect.arrayContaining(acknowledged));
      expect(other?.map(({ value }) => value)).toEqual(stored);
      await store.close();
    }
  },
);

test("[ST-13] a file that is no database is `store-damaged`, a path that cannot be opened `store-failed`", async () => {
  const file = join(directory, "letter.sqlite");
  writeFileSync(file, "Dear colleague, ".repeat(1_000));
  const tables = [writtenNumbers];
  await expect(
    openSqliteStore({ file, tables, migrations: [] }),
  ).rejects.toMatchObject({ code: "store-damaged" });
  const nowhere = join(directory, "absent", "store.sqlite");
  await expect(
    openSqliteStore({ file: nowhere, tables, migrations: [] }),
  ).rejects.toMatchObject({
    code: "store-failed",
  });
});

test("[ST-16] a file that was emptied is not taken for a new store", async () => {
  const file = join(directory, "emptied.sqlite");
  const open = () =>
    openSqliteStore({ file, tables: [writtenNumbers], migrations: [] });
  await (await open()).close();
  for (const left of ["", "S"]) {
    writeFileSync(file, left);
    await expect(open()).rejects.toMatchObject({ code: "store-damaged" });
    expect(readFileSync(file, "utf8")).toBe(left);
  }
});

/** The numbers another process had acknowledged when it was killed, at least `count`. */
async function writeUntilKilled(
  file: string,
  count: number,
): Promise<number[]> {
  const path = fileURLToPath(
    new URL("./acknowledged-writes.ts", import.meta.url),
  );
  // Node 20 runs no TypeScript, so the child loads the sources as these tests do.
  const script = `
    import { defaultServerConditions, runnerImport } from "vite";
    const conditions = ["suture-source", ...defaultServerConditions];
    const { module } = await runnerImport(process.argv[1], { environments: { inline: { resolve: { conditions } } } });
    await module.writeAndAcknowledge(process.argv[2]);`;
  const child = spawn(
    process.execPath,
    ["--input-type=module", "--eval", script, path, file],
    {
      cwd: fileURLToPath(new URL("../../../", import.meta.url)),
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const exited = once(child, "exit");
  const acknowledged: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(Number(line));
    if (acknowledged.length === count) child.kill("SIGKILL");
  }
  const [, signal] = await exited;
  expect(signal).toBe("SIGKILL");
  return acknowledged;
}

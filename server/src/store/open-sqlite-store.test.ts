import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Worker } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import type { Store } from "@suture/schema";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writtenNumbers } from "./acknowledged-writes.ts";
import { openSqliteStore } from "./open-sqlite-store.ts";
import { startWriteThread } from "./start-write-thread.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "open-sqlite-store-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test.each([{ hasWriteThread: false }, { hasWriteThread: true }])(
  "[ST-8, ST-19] every write acknowledged by a process that is then killed is in the file, whole (a thread writes: $hasWriteThread)",
  { timeout: 60_000 },
  async ({ hasWriteThread }) => {
    for (const acknowledgedBeforeKill of [1, 150, 1_000]) {
      const file = join(
        directory,
        `killed-after-${acknowledgedBeforeKill}.sqlite`,
      );
      const acknowledged = await writeUntilKilled(
        file,
        acknowledgedBeforeKill,
        hasWriteThread,
      );
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

describe("[ST-19] the thread that writes", () => {
  const tables = [writtenNumbers];
  const rows = { table: "written_numbers", keys: ["one"], values: ["1"] };
  const group = (number: number, partition: string) => ({
    number,
    knownNumber: 0,
    besideCounts: new Map<string, number>(),
    written: [{ partition, tables: [rows] }],
  });

  test("stores what it is handed, says what it cannot, and lets go of the file", async () => {
    const file = join(directory, "thread.sqlite");
    const store = await openSqliteStore({ file, tables, migrations: [] });
    const thread = startWriteThread(file, { onEnd: () => expect.fail() });
    expect(await thread.write(group(1, "org-1"))).toEqual([]);
    const unknown = { ...rows, table: "unknown" };
    const written = [
      { partition: "org-1", tables: [unknown] },
      { partition: "org-2", tables: [rows] },
    ];
    expect(await thread.write({ ...group(2, ""), written })).toMatchObject([
      { partition: "org-1", code: "store-failed" },
    ]);
    await thread.close();
    await thread.close();
    await expect(thread.write(group(3, "org-1"))).rejects.toThrow("ended");
    for (const partition of ["org-1", "org-2"])
      expect(
        await store.read(partition, (tx) => tx.get(writtenNumbers, ["one"])),
      ).toBe(1);
    await store.close();
    expect(readdirSync(directory)).toEqual(["thread.sqlite"]);
  });

  test("says why it ended, and rejects what it was handed", async () => {
    const causes: unknown[] = [];
    const file = join(directory, "absent", "thread.sqlite");
    const onEnd = (cause: unknown) => void causes.push(cause);
    const thread = startWriteThread(file, { onEnd });
    await expect(thread.write(group(1, "org-1"))).rejects.toThrow("ended");
    expect(causes).toMatchObject([{ message: /directory does not exist/ }]);
    await thread.close();
  });

  const fill = (store: Store, from: number) =>
    store.write("org-1", async (tx) => {
      for (let number = from; number < from + 1_000; number += 1)
        await tx.put(writtenNumbers, [number], number);
    });
  const open = async (file: string, onEnd: (cause: unknown) => void) => {
    const workers: Worker[] = [];
    const note = (worker: Worker) => void workers.push(worker);
    process.on("worker", note);
    const options = { file, tables, migrations: [], writeThread: { onEnd } };
    const store = await openSqliteStore(options);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("worker", note);
    return { store, end: () => workers[0]?.terminate() };
  };

  test("writes the large groups of a store, and lets go of the file when it is closed", async () => {
    const file = join(directory, "large.sqlite");
    const onEnd = () => expect.fail();
    const { store } = await open(file, onEnd);
    await Promise.all(
      [0, 1_000, 2_000, 3_000].map((from) => fill(store, from)),
    );
    await store.close();
    const again = (await open(file, onEnd)).store;
    const found = await again.read("org-1", (tx) => tx.scan(writtenNumbers));
    expect(found).toHaveLength(4_000);
    await again.close();
  });

  test("is told of where it ends; what it was handed then rejects, small groups never go there, and large ones no more", async () => {
    const file = join(directory, "ended.sqlite");
    const causes: unknown[] = [];
    const { store, end } = await open(file, (cause) => causes.push(cause));
    await fill(store, 0);
    const works = [fill(store, 1_000)];
    await end();
    await expect(Promise.all(works)).rejects.toMatchObject({
      code: "store-failed",
    });
    expect(causes).toHaveLength(1);
    await fill(store, 2_000);
    await store.close();
    const again = (await open(file, () => undefined)).store;
    const found = await again.read("org-1", (tx) => tx.scan(writtenNumbers));
    expect([2_000, 3_000]).toContain(found.length);
    await again.close();
  });
});

/** The numbers another process had acknowledged when it was killed, at least `count`. */
async function writeUntilKilled(
  file: string,
  count: number,
  hasWriteThread: boolean,
): Promise<number[]> {
  const path = fileURLToPath(
    new URL("./acknowledged-writes.ts", import.meta.url),
  );
  // Node 20 runs no TypeScript, so the child loads the sources as these tests do.
  const script = `
    import { defaultServerConditions, runnerImport } from "vite";
    const conditions = ["suture-source", ...defaultServerConditions];
    const { module } = await runnerImport(process.argv[1], { environments: { inline: { resolve: { conditions } } } });
    await module.writeAndAcknowledge(process.argv[2], ${hasWriteThread});`;
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

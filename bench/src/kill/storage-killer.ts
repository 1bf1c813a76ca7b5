/**
 * Loaded into a device's process before the app (`--import`): kills it with SIGKILL in front of the n-th call that changes what
 * is stored. Those are every statement that a writing SQLite handle runs (BEGIN, each row, COMMIT …) and what is done to files.
 *
 * Calls that only read are not counted: nothing is stored between two writes, and what a person is told in between belongs to
 * the second of them.
 */
import Database from "better-sqlite3";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

import { daySetupSchema } from "./day-protocol.ts";

const { killAt } = daySetupSchema.parse(JSON.parse(process.argv[2] ?? "{}"));
let calls = 0;

/** For who wants to know how many there were. */
Object.defineProperty(globalThis, "storageCalls", { get: () => calls });

function countCall(): void {
  calls += 1;
  if (calls === killAt) process.kill(process.pid, "SIGKILL");
}

/** Counts each call of a method before it is made. */
function countCallsOf(holder: object, names: readonly string[]): void {
  for (const name of names) {
    const method: unknown = Reflect.get(holder, name);
    if (typeof method !== "function") throw new Error(`there is no ${name}`);
    Reflect.set(
      holder,
      name,
      function (this: unknown, ...given: readonly unknown[]): unknown {
        countCall();
        const result: unknown = Reflect.apply(method, this, given);
        return result;
      },
    );
  }
}

const { prepare } = Database.prototype;
Reflect.set(
  Database.prototype,
  "prepare",
  function (this: Database.Database, sql: string) {
    const statement = prepare.call(this, sql);
    if (!this.readonly) countCallsOf(statement, ["run"]);
    return statement;
  },
);
countCallsOf(Database.prototype, ["exec", "close"]);

const anyFile = await fs.open(process.execPath);
const fileMethods: unknown = Object.getPrototypeOf(anyFile);
if (typeof fileMethods !== "object" || fileMethods === null)
  throw new Error("an open file has no methods");
countCallsOf(fileMethods, ["writeFile", "sync"]);
await anyFile.close();
countCallsOf(fs, ["open", "mkdir", "chmod", "rename"]);
syncBuiltinESMExports();

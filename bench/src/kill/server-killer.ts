/**
 * Loaded into the server's process before the server (`--import`): kills it with SIGKILL at a named point, once it is told to.
 *
 * The server itself knows nothing of it. A commit is the `COMMIT` of the store's writing handle: killed before it, the work is
 * done and nothing of it stands; after it, all of it stands and nobody has been told. A verdict is a frame of verdicts handed to
 * its socket: killed before it, nobody is told; after it, its bytes are with the system, on their way.
 */
import { decodeServerFrame } from "@suture/schema";
import Database from "better-sqlite3";
import { Socket } from "node:net";

import type { KillOrder, NamedPoint } from "./kill-point.ts";

let order: { readonly point: NamedPoint; left: number } | null = null;

process.on("message", ({ point, nth }: KillOrder) => {
  order = { point, left: nth };
});
// The server ends by its own signals; who kills it must not keep it.
process.channel?.unref();

function reach(point: NamedPoint): void {
  if (order?.point !== point) return;
  order.left -= 1;
  if (order.left <= 0) process.kill(process.pid, "SIGKILL");
}

const { prepare } = Database.prototype;
Reflect.set(
  Database.prototype,
  "prepare",
  function (this: Database.Database, sql: string) {
    const statement = prepare.call(this, sql);
    if (sql !== "COMMIT" || this.readonly) return statement;
    const { run } = statement;
    return Object.assign(statement, {
      run(...parameters: unknown[]) {
        reach("before-commit");
        const result: unknown = Reflect.apply(run, statement, parameters);
        reach("after-commit");
        return result;
      },
    });
  },
);

const { write } = Socket.prototype;
Reflect.set(
  Socket.prototype,
  "write",
  function (this: Socket, ...given: readonly unknown[]): unknown {
    let told = given;
    if (holdsVerdicts(given[0])) {
      reach("before-verdict");
      told = [given[0], thenReach("after-verdict", given.at(-1))];
    }
    const hasRoom: unknown = Reflect.apply(write, this, told);
    return hasRoom;
  },
);

function thenReach(point: NamedPoint, next: unknown) {
  return (cause: unknown) => {
    reach(point);
    if (typeof next === "function") Reflect.apply(next, undefined, [cause]);
  };
}

/** `ws` hands a frame's payload to the socket in one piece, behind its header. */
function holdsVerdicts(chunk: unknown): boolean {
  // Read only where it counts: most of a server's bytes are of no interest here.
  if (order === null || !order.point.endsWith("-verdict")) return false;
  if (!(chunk instanceof Uint8Array)) return false;
  const message = decodeServerFrame(chunk);
  return message.ok && message.value.type === "verdicts";
}

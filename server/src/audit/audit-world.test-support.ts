/* oxlint-disable house/one-way-imports -- A test brings about what it looks at, through what lies above. */
/** For tests of the audit: an organization in a SQLite file with logs, a conflict, reads and two signed checkpoints. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { organizationScope, type RecordId, type Store } from "@suture/schema";

import {
  first,
  medication,
  prescribing,
  second,
} from "../admission/contents.test-support.ts";
import {
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
  type Colleague,
  type World,
} from "../admission/world.test-support.ts";
import { HandTimers } from "../gateway/sync/hand-timers.test-support.ts";
import { createKeyRing, type KeyRing } from "../identity/key-ring.ts";
import { storeFileIn } from "../store/data-lock.ts";
import { openSqliteStore } from "../store/open-sqlite-store.ts";
import { serverMigrations } from "../server-migrations.ts";
import { serverTables } from "../server-tables.ts";
import { silentLog } from "../system-log.ts";
import { noteReads } from "./append-audit.ts";
import { createCheckpointer, type Checkpointer } from "./checkpointer.ts";

export interface AuditWorld {
  readonly directory: string;
  readonly file: string;
  readonly store: Store;
  readonly world: World;
  readonly keys: KeyRing;
  readonly timers: HandTimers;
  readonly checkpoints: Checkpointer;
  readonly anna: Colleague;
  readonly patientId: RecordId;
  discard(): Promise<void>;
}

export function openFile(file: string): Promise<Store> {
  return openSqliteStore({
    file,
    tables: serverTables,
    migrations: serverMigrations,
  });
}

export async function createAuditWorld(): Promise<AuditWorld> {
  const directory = mkdtempSync(join(tmpdir(), "audit-"));
  const file = storeFileIn(directory);
  const store = await openFile(file);
  const timers = new HandTimers();
  const issuer = "https://suture.example";
  const keys = await createKeyRing({ store, clock: timers, issuer });
  const checkpoints = createCheckpointer({
    store,
    clock: timers,
    timers,
    log: silentLog,
    signCheckpoint: keys.signCheckpoint,
  });
  const world = await createWorld(createWorldDeps(store));
  const { organizationId } = world;
  const anna = await world.hire(["clinician"]);
  const ben = await world.hire(["clinician"]);
  const { replica, pushed } = anna.create(typeOf("patient"), {
    parentId: organizationId,
  });
  expectAccepted(await anna.push(pushed));
  checkpoints.noteAppended(organizationId);
  await checkpoints.flush();

  const heads = replica.index.heads();
  const aspirin = prescribing({ [first]: medication("aspirin") });
  const ibuprofen = prescribing({ [second]: medication("ibuprofen") });
  const one = anna.sign(replica, "prescribing", aspirin, { heads });
  const other = ben.sign(replica, "prescribing", ibuprofen, { heads });
  expectAccepted(await anna.push(one));
  expectAccepted(await ben.push(other));
  const scopeId = organizationScope(organizationId);
  await store.write(organizationId, (tx) =>
    noteReads(tx, { scopeId, atMs: timers.now() }, [
      {
        kind: "http",
        atMs: timers.now(),
        memberId: anna.signer.memberId,
        what: "record",
        recordId: replica.recordId,
      },
    ]),
  );
  checkpoints.noteAppended(organizationId);
  await checkpoints.flush();
  return {
    directory,
    file,
    store,
    world,
    keys,
    timers,
    checkpoints,
    anna,
    patientId: replica.recordId,
    async discard() {
      await checkpoints.close();
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

import type { Clock, Store } from "@suture/schema";

import {
  distrustSigningKey,
  listSigningKeys,
  rotateSigningKey,
  type SigningKey,
} from "../identity/signing-keys.ts";
import { settleOwed } from "../audit/owed-entries.ts";
import type { CliOutput, ExitCode } from "./cli-output.ts";

/** `suture keys list`: the keys that are believed, newest first; never a private half. SPEC ID-29. */
export async function runKeysList(
  store: Store,
  output: CliOutput,
  options: { readonly json: boolean },
): Promise<ExitCode> {
  const keys = (await listSigningKeys(store)).map(describe);
  if (options.json) output.out(JSON.stringify(keys));
  else
    for (const { kid, isCurrent, createdAt, retiredAt } of keys)
      output.out(
        `${kid}  ${isCurrent ? "signs" : "checks only"}  since ${createdAt}${retiredAt === null ? "" : `, retired ${retiredAt}`}`,
      );
  return 0;
}

/** `suture keys rotate`: a new key signs from now on; what the old one signed stays good. SPEC ID-29. */
export async function runKeysRotate(
  store: Store,
  output: CliOutput,
  clock: Clock,
): Promise<ExitCode> {
  output.out(await rotateSigningKey({ store, clock }));
  await tellAudits(store, output);
  output.err("A running server signs with this key within a minute.");
  return 0;
}

/** `suture keys distrust KID`: for a key that leaked. 2 for one that is not among those believed. SPEC ID-29. */
export async function runKeysDistrust(
  store: Store,
  output: CliOutput,
  clock: Clock,
  kid: string,
): Promise<ExitCode> {
  if (!(await distrustSigningKey({ store, clock }, kid))) {
    output.err("There is no such key among those that are believed.");
    return 2;
  }
  await tellAudits(store, output);
  output.err("A running server refuses what it signed within a minute.");
  output.err(
    "Devices and people whose tokens it signed sign in again, and keep their work. Checkpoints it signed prove nothing any more; the next ones prove the same again.",
  );
  return 0;
}

/** Now, not with the server's next act of its own. What cannot be written stays owed. */
function tellAudits(store: Store, output: CliOutput): Promise<void> {
  return settleOwed(store, {
    onAppended() {},
    onFailed: (organizationId) =>
      output.err(`The audit of ${organizationId} will be told later.`),
  });
}

function describe({ kid, privateJwk, createdAtMs, retiredAtMs }: SigningKey) {
  const timeOf = (atMs: number) => new Date(atMs).toISOString();
  return {
    kid,
    isCurrent: privateJwk !== undefined,
    createdAt: timeOf(createdAtMs),
    retiredAt: retiredAtMs === undefined ? null : timeOf(retiredAtMs),
  };
}

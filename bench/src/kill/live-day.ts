/** The scripted day in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { toldSchema, type DaySetup, type Told } from "./day-protocol.ts";

/** Somebody new, whose day it is. */
export async function signUp({
  url,
  email,
  password,
}: DaySetup): Promise<void> {
  const response = await fetch(`${url}/v1/sign-up`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password, name: "Ada" }),
  });
  if (!response.ok) throw new Error(`signing up answered ${response.status}`);
}

/** Resolves when it is over, or was killed. `launcher` is a command that runs the one given behind it in its own place. */
export async function liveDay(
  setup: DaySetup,
  launcher: readonly string[] = [],
) {
  const killer = new URL("./storage-killer.js", import.meta.url);
  const day = new URL("./scripted-day.js", import.meta.url);
  const command = [
    ...launcher,
    process.execPath,
    ...["--import", killer.href],
    ...[fileURLToPath(day), JSON.stringify(setup)],
  ];
  const [program = process.execPath, ...parameters] = command;
  const child = spawn(program, parameters, {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const told: Told[] = [];
  for await (const line of createInterface({ input: child.stdout }))
    told.push(toldSchema.parse(JSON.parse(line)));
  await exited;
  return { told, signal: child.signalCode };
}

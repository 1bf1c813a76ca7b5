/**
 * `npm run chaos-proxy -- --to URL [--port N] [--seed N]`: a bad network in front of a server, for tests that run elsewhere, in a
 * browser say. Prints where it listens; then takes a command a line (`proxy-command.ts`) and says which faults were felt. It
 * ends when it is told to by a signal. SPEC WO-46.
 */
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import type { NetworkFaultName } from "../network/network-faults.ts";
import { readProxyCommand } from "./proxy-command.ts";
import { startChaosProxy } from "./start-chaos-proxy.ts";

const usage = "npm run chaos-proxy -- --to URL [--port N] [--seed N]";
const { to, port, seed } = readOptions();
/** Said once for each command. */
const felt = new Set<NetworkFaultName>();

const proxy = await startChaosProxy({
  to,
  port,
  seed,
  onFelt: (name) => {
    if (felt.has(name)) return;
    felt.add(name);
    console.log(`felt ${name}`);
  },
}).catch((cause: unknown) => refuse(cause));
console.log(`listening ${proxy.url}`);

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void proxy.close().then(() => process.exit(0)));

for await (const line of createInterface({ input: process.stdin })) {
  const command = readProxyCommand(line);
  felt.clear();
  if (!command.ok) console.log(`not understood: ${command.error}`);
  else if (command.value.kind === "heal") {
    proxy.heal();
    console.log("healed");
  } else {
    const { fault } = command.value;
    console.log(`suffers ${fault.name}`);
    proxy.suffer(fault);
  }
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        to: { type: "string" },
        port: { type: "string", default: "0" },
        seed: { type: "string", default: "1" },
      },
    });
    if (values.to === undefined) throw new Error("--to is missing");
    return {
      to: values.to,
      port: Number(values.port),
      seed: Number(values.seed),
    };
  } catch (cause) {
    return refuse(cause);
  }
}

function refuse(cause: unknown): never {
  console.error(cause instanceof Error ? cause.message : String(cause));
  console.error(usage);
  process.exit(2);
}

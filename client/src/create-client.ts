/** Opens a client: everything that it is not given is the machine's. */
import { Client } from "./client.ts";
import type { ClientOptions } from "./client-options.ts";
import { patientFetch } from "./identity/patient-fetch.ts";
import { readDevice } from "./store/device-row.ts";
import { openLocalLog } from "./store/local-log.ts";
import { systemClock, systemRandom, systemTimers } from "./system-runtime.ts";

type FromMachine = "clock" | "timers" | "random" | "fetch";

/**
 * Reads the log whole enough to know what is to be sent; opens no socket until `startSync()`. Clock, timers, chance and `fetch`
 * are the machine's unless they are given.
 */
export async function createClient(
  given: Omit<ClientOptions, FromMachine> &
    Partial<Pick<ClientOptions, FromMachine>>,
): Promise<Client> {
  const options: ClientOptions = {
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    fetch: (url, init) => fetch(url, init),
    ...given,
  };
  const log = await openLocalLog(options);
  const device = await log.read(readDevice);
  const client = new Client(
    { ...options, fetch: patientFetch(options) },
    log,
    device,
  );
  await client.lock.closeIfLeftClosed();
  await client.renewPersons();
  await client.lock.closeIfUnused();
  return client;
}

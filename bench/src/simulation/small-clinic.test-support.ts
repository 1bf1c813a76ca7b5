/** For tests of worlds: a clinic of one person and one team, and worlds that end with their test. */
import {
  createWorld,
  unfinished,
  type World,
  type WorldOptions,
} from "@suture/client/testing";
import type { Result } from "@suture/schema";
import { simulatedServer, type SimulatedServer } from "@suture/server/testing";
import { onTestFinished } from "vitest";

export const ada = {
  email: "ada@clinic.example",
  name: "Ada",
  password: "long-password-1",
};

/** Knows Ada. */
export const startServer = await simulatedServer({ accounts: [ada] });

/** Only within a test, which ends it. */
export async function worldOf(
  options: Omit<WorldOptions, "startServer">,
): Promise<World<SimulatedServer>> {
  const world = await createWorld({ ...options, startServer });
  onTestFinished(() => world.close());
  return world;
}

/** Ada signs in on a device whose app is open. */
export async function signIn(world: World, name: string): Promise<void> {
  const { client } = world.device(name);
  await done(world, () => client.signIn({ ...ada, deviceName: name }));
}

/** Whoever is signed in there founds an organization with one team. */
export function foundClinic(world: World, name: string) {
  const { client } = world.device(name);
  return done(world, () =>
    client.foundOrganization({
      organizationName: "Clinic",
      teamName: "Ward",
      teamKind: "clinic",
      founderName: "Ada Lovelace",
    }),
  );
}

/** Throws if it is not done within a minute, or refused. */
export async function done<T>(
  world: World,
  work: () => Promise<Result<T, unknown>>,
): Promise<T> {
  const result = await world.act(work);
  if (result === unfinished) throw new Error("unfinished");
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

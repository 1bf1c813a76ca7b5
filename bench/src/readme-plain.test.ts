/** The README's plain Automerge client, run as it stands there against a server as `npm start` starts it. */
import * as automerge from "@automerge/automerge";
import { Repo } from "@automerge/automerge-repo";
import * as network from "@automerge/automerge-repo-network-websocket";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { RealWorld, until } from "./end-to-end/real-world.test-support.ts";
import { exampleOf, runExample } from "./readme-example.test-support.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let world: RealWorld;
const repos: Repo[] = [];

beforeEach(async () => {
  world = await RealWorld.create();
});

afterEach(async () => {
  for (const repo of repos.splice(0)) await repo.shutdown();
  await world.end();
});

/** To be shut down after the test. */
class KeptRepo extends Repo {
  constructor(...options: ConstructorParameters<typeof Repo>) {
    super(...options);
    repos.push(this);
  }
}

test("[PA-6] a plain Automerge client writes what the README says, and a Suture client has it", async () => {
  const tablet = await world.join("tablet", "clinician");
  const [alma] = await tablet.patients.list({ matching: "alma" });
  if (alma === undefined) throw new Error("there is no alma");
  // Only where the server is and whose record it is are put in for what the README says.
  const example = (await exampleOf("readme-plain"))
    .replace("http://127.0.0.1:8787", world.url)
    .replace("264u6bQjEexDkdfU1QRZQh2taWV1", alma.id);
  expect(example).toContain(alma.id);
  const printed = await runExample(example, {
    "@automerge/automerge": automerge,
    "@automerge/automerge-repo": { Repo: KeptRepo },
    "@automerge/automerge-repo-network-websocket": network,
  });
  expect(printed).toEqual(["W"]);
  await until(tablet, async () => {
    const [seen] = await tablet.patients.list({ matching: "alma" });
    return seen?.fields.maritalStatus === "W";
  });
});

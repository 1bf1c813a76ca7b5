import { expect, test } from "vitest";

import { createAccount } from "./account.ts";
import { runStory, type Story } from "./story.ts";
import type { World } from "./world.ts";

/** These stories ask nothing of the world. */
const nowhere = {} as World;

async function run(story: Pick<Story, "run">) {
  let printed = "";
  const account = createAccount({ write: (text) => (printed += text) });
  const told = { id: "z", title: "A story", ...story };
  const outcome = await runStory(told, nowhere, account);
  return { outcome, printed };
}

test("[DM-13] a check that does not hold is a failure and is shown, and the story goes on", async () => {
  const { outcome, printed } = await run({
    async run(_world, { tell, check }) {
      tell("Somebody does something.");
      await check("it is there", true);
      await check("it is there on the other device", Promise.resolve(false));
      await check("it stays there", true);
    },
  });
  expect(outcome).toMatchObject({
    checkCount: 3,
    failures: ["it is there on the other device"],
  });
  expect(printed).toBe(
    [
      "",
      "z  A story",
      "   Somebody does something.",
      "   ✓ it is there",
      "   ✗ it is there on the other device",
      "   ✓ it stays there",
      "",
    ].join("\n"),
  );
});

test("[DM-13] a story that breaks off is a failure that says why", async () => {
  const { outcome, printed } = await run({
    run: () => Promise.reject(new Error("there is no conflict")),
  });
  expect(outcome.failures).toEqual(["broke off: there is no conflict"]);
  expect(printed).toContain("✗ The story broke off: there is no conflict");
});

test("[DM-13] colours are for terminals only", async () => {
  let printed = "";
  const write = (text: string) => (printed += text);
  createAccount({ isTTY: true, write }).check("it is there", true);
  expect(printed).toContain("\u001B[32m✓\u001B[0m");
  printed = "";
  createAccount({ isTTY: true, write }, true).check("it is there", true);
  createAccount({ isTTY: false, write }).check("it is there", true);
  expect(printed).not.toContain("\u001B");
});

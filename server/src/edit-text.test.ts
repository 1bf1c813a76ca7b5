import { serviceJob } from "@suture/schema";
import { afterEach, expect, test } from "vitest";
import { TestAuthor } from "./admission/author.test-support.ts";
import { nothingUnsynced } from "./gateway/sync/sync-world.test-support.ts";
import {
  registered,
  running,
  tidyUp,
  WsClient,
} from "./running-server.test-support.ts";
import { systemRandom } from "./system-runtime.ts";

afterEach(tidyUp);

test("[AD-22] a text written over a real socket is tried in a thread of its own; a plain field starts none", async () => {
  let threadCount = 0;
  const countThread = () => {
    threadCount += 1;
  };
  const server = await running();
  process.on("worker", countThread);
  const technician = await registered(server, "technician@riverbend.example");
  const client = await WsClient.open(server, technician);
  client.hello(technician);
  const { memberships } = await client.take("welcome");
  const [membership] = memberships;
  const [teamId] = membership?.teamIds ?? [];
  if (membership === undefined || teamId === undefined)
    throw new Error("no team");
  const { memberId } = membership;
  const { deviceId } = technician;
  const author = new TestAuthor({ memberId, deviceId }, systemRandom);
  const { replica, pushed } = author.create(serviceJob, { parentId: teamId });
  const push = async (...changes: (typeof pushed)[]) => {
    const token = technician.syncToken;
    const unsynced = nothingUnsynced;
    client.send({ type: "push", pushId: 1, token, changes, unsynced });
    return (await client.take("verdicts")).verdicts.map(
      ({ verdict }) => verdict,
    );
  };
  const genesis = author.beginText(replica, "description");
  expect(await push(pushed, genesis)).toEqual(["accepted", "accepted"]);
  expect(threadCount).toBe(0);
  const texts = ["The pump leaks.", "The pump leaks. 漏"].map((text) =>
    author.writeText(replica, "description", text),
  );
  expect(await push(...texts)).toEqual(["accepted", "accepted"]);
  expect(threadCount).toBe(1);
  process.off("worker", countThread);
});

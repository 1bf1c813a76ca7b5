import { createMemoryStore } from "@suture/schema";
import { expect, test } from "vitest";
import { serverTables } from "../store/server-tables.ts";
import {
  answers,
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
} from "./world.test-support.ts";

const newWorld = () =>
  createWorld(createWorldDeps(createMemoryStore({ tables: serverTables })));

test("[AD-1] an ordinary change is accepted once and a duplicate ever after", async () => {
  const world = await newWorld();
  const clinician = await world.hire(["clinician"]);
  const { replica, pushed } = clinician.create(typeOf("patient"), {
    parentId: world.organizationId,
  });
  const edit = clinician.setField(replica, "maritalStatus", "M");
  const first = await clinician.push(pushed, edit);
  expectAccepted(first);
  const again = await clinician.push(pushed, edit);
  expect(answers(again)).toEqual(["duplicate", "duplicate"]);
});

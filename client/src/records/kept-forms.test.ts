import { expect, test } from "vitest";

import { foundClinic, openDevice, personIdOf } from "./clinic.test-support.ts";

test("[CL-29] what somebody has begun to write is there after a restart, and is no work", async () => {
  const ada = await openDevice({ name: "ada" });
  await ada.client.forms.keep("patient p1", { family: "Mo", lines: ["a"] });
  const again = await openDevice({ name: "ada", store: ada.store, start: 2 });
  expect(await again.client.forms.load("patient p1")).toEqual({
    family: "Mo",
    lines: ["a"],
  });
  expect(await again.client.unsynced()).toEqual([]);
  await again.client.forms.drop("patient p1");
  expect(await again.client.forms.load("patient p1")).toBeUndefined();
});

test("[CL-29] on a shared device each person finds their own", async () => {
  const tablet = await openDevice({ name: "ada", others: ["ben"] });
  await foundClinic(tablet);
  await tablet.client.forms.keep("note", "ada's");
  await tablet.client.usePerson(personIdOf("ben"));
  expect(await tablet.client.forms.load("note")).toBeUndefined();
  await tablet.client.forms.keep("note", "ben's");
  await tablet.client.usePerson(personIdOf("ada"));
  expect(await tablet.client.forms.load("note")).toBe("ada's");
});

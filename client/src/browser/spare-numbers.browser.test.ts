import { randomUuid } from "@suture/schema";
import { afterEach, beforeEach, expect, test } from "vitest";

import { systemRandom } from "../system-runtime.ts";
import { removeDevice } from "./remove-device.ts";
import { openSpareNumbers } from "./spare-numbers.ts";

let name: string;
beforeEach(() => {
  name = randomUuid(systemRandom);
});
afterEach(() => removeDevice(name));

test("[WB-53] a spare number is kept for whoever opens it next, rises only from what it was, and is none once it is cleared", async () => {
  const spares = openSpareNumbers(name);
  expect(await spares.read("a")).toBe(0);
  expect(await spares.raise("a", 0, 2 ** 33 + 7)).toBe(true);
  const elsewhere = openSpareNumbers(name);
  expect(await elsewhere.read("a")).toBe(2 ** 33 + 7);
  expect(await elsewhere.raise("a", 0, 2 ** 33 + 7)).toBe(false);
  expect(await elsewhere.raise("a", 2 ** 33 + 7, Number.MAX_SAFE_INTEGER)).toBe(
    true,
  );
  expect(await spares.read("a")).toBe(Number.MAX_SAFE_INTEGER);
  await expect(spares.raise("a", 1, 2)).rejects.toThrow();
  expect(await spares.read("b")).toBe(0);
  await spares.clear("a");
  await spares.clear("a");
  expect(await elsewhere.read("a")).toBe(0);
});

test("[WB-53] of several who raise a spare number at once one did", async () => {
  const tabs = [1, 2, 3, 4].map(() => openSpareNumbers(name));
  const raised = await Promise.all(tabs.map((tab) => tab.raise("a", 0, 5)));
  expect(raised.filter((isRaised) => isRaised)).toHaveLength(1);
});

test("[WB-53] with everything else of a device its spare numbers go, and no other's", async () => {
  const other = `${name}other`;
  await openSpareNumbers(name).raise("a", 0, 3);
  await openSpareNumbers(other).raise("a", 0, 4);
  await removeDevice(name);
  expect(await openSpareNumbers(name).read("a")).toBe(0);
  expect(await openSpareNumbers(other).read("a")).toBe(4);
  await removeDevice(other);
});

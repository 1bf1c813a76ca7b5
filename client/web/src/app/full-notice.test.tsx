// @vitest-environment happy-dom
import { act } from "react";

import { foundClinic, openDevice } from "@suture/client/clinic-test-support";
import { expect, test } from "vitest";

import { renderApp } from "./app.test-support.tsx";
import { SmallStore } from "./small-store.test-support.ts";

test("[AP-166] a device without space says so from when the app is opened until there is some; then it goes by itself", async () => {
  const store = new SmallStore();
  const device = await openDevice({ name: "ada", store });
  await foundClinic(device);
  store.isFull = true;
  const waiting = new Set<() => void>();
  const timers = {
    after: (delayMs: number, task: () => void) => {
      if (delayMs === 10_000) waiting.add(task);
      return { cancel: () => void waiting.delete(task) };
    },
  };
  const lookAgain = async () => {
    const [task] = waiting;
    if (task === undefined) throw new Error("it does not look again");
    waiting.delete(task);
    await act(async () => task());
  };
  const page = await renderApp(device, "/unsent", { timers });
  await page.shows("This device has no space left");
  await page.shows("North clinic");
  await lookAgain();
  expect(page.text).toContain("This device has no space left");

  store.isFull = false;
  await lookAgain();
  await page.until(() => !page.text.includes("This device has no space left"));
  expect(waiting.size).toBe(0);
});

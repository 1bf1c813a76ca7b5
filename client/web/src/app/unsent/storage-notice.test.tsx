// @vitest-environment happy-dom
import { openDevice } from "@suture/client/clinic-test-support";
import { test } from "vitest";

import { renderApp } from "../app.test-support.tsx";

test.each([
  ["kept", "This browser keeps what is here until you remove it."],
  ["may-be-removed", "This browser may remove what is here"],
] as const)(
  "[WB-25] %s: the page of unsent work says so",
  async (answer, words) => {
    const ada = await openDevice({ name: "ada" });
    const page = await renderApp(ada, "/unsent", {
      keepsStorage: Promise.resolve(answer),
    });
    await page.shows(words);
  },
);

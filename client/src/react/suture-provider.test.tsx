// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { expect, test } from "vitest";

import { openDevice } from "../records/clinic.test-support.ts";
import { renderHook } from "./render-hook.test-support.tsx";
import { useClient } from "./suture-provider.tsx";

test("[RE-1] hooks have the client that is given above them, always the same repositories of it, and say where there is none", async () => {
  const { client } = await openDevice({ name: "ada" });
  const hook = await renderHook(client, useClient, undefined);
  expect(hook.current).toBe(client);
  expect(client.patients).toBe(client.patients);
  function Alone() {
    useClient();
    return null;
  }
  const root = createRoot(document.createElement("div"));
  await expect(act(async () => root.render(<Alone />))).rejects.toThrow(
    "no SutureProvider",
  );
});

// @vitest-environment happy-dom
import { act } from "react";
import { expect, test } from "vitest";

import { foundClinic, openDevice } from "../records/clinic.test-support.ts";
import { renderHook, rest, until } from "./render-hook.test-support.tsx";
import { useConnection } from "./use-connection.ts";

test("[RE-12] what keeps the device from syncing is shown in the words of the SDK", async () => {
  const ada = await openDevice({ name: "ada" });
  const hook = await renderHook(ada.client, useConnection, undefined);
  expect(hook.current).toMatchObject({ state: "stopped", problem: null });
  await act(async () => ada.client.startSync());
  await until(() => hook.current.state === "waiting");
  expect(hook.current.problem?.sentence).toBe("The server cannot be reached.");
  await act(async () => ada.client.stopSync());
  expect(hook.current).toMatchObject({ state: "stopped", problem: null });
});

test("[RE-2, RE-3, RE-12] saving renders nothing here; another client's state is shown at once, and the first not followed", async () => {
  const ada = await openDevice({ name: "ada" });
  const bob = await openDevice({ name: "bob" });
  const hook = await renderHook(ada.client, useConnection, undefined);
  await act(() => foundClinic(ada));
  await rest();
  expect(hook.values).toHaveLength(1);
  await act(async () => bob.client.startSync());
  await until(() => bob.client.syncStatus.state === "waiting");
  await hook.rerender(undefined, bob.client);
  expect(hook.current.state).toBe("waiting");
  const { length } = hook.values;
  await act(async () => ada.client.startSync());
  await rest();
  expect(hook.values).toHaveLength(length);
});

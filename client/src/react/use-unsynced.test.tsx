// @vitest-environment happy-dom
import { act } from "react";
import { expect, test } from "vitest";

import {
  foundClinic,
  newPatient,
  openDevice,
  sign,
  TestServer,
} from "../records/clinic.test-support.ts";
import { renderHook, rest, until } from "./render-hook.test-support.tsx";
import { useUnsynced } from "./use-unsynced.ts";

test("[RE-10] what is saved is on this device only until the server has taken it", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  const hook = await renderHook(ada.client, useUnsynced, undefined);
  expect(hook.values[0]?.changes).toBeNull();
  await until(() => hook.current.changes?.length === 0);

  const record = await act(() => newPatient(ada, organizationId));
  await act(() => sign(record));
  await until(() => (hook.current.changes?.length ?? 0) > 1);
  expect(hook.current.changes?.[0]).toMatchObject({
    recordId: record.id,
    lane: "prescribing",
    state: "queued",
    reason: null,
  });
  await rest();
  const { length } = hook.values;
  ada.clock.nowMs += 60_000;
  await act(() => ada.client.renewPersons());
  await rest();
  expect(hook.values).toHaveLength(length);

  await act(() => server.takeFrom(ada));
  await until(() => hook.current.changes?.length === 0);
});

test("[RE-10] why work has not gone is said as soon as its author's sign-in has left the device", async () => {
  const ada = await openDevice({ name: "ada", others: ["tom"] });
  await foundClinic(ada);
  const hook = await renderHook(ada.client, useUnsynced, undefined);
  await until(() => hook.current.changes !== null);
  const reasons = () =>
    new Set(hook.current.changes?.map(({ reason }) => reason));
  expect(reasons()).toEqual(new Set([null]));
  await act(async () => {
    await ada.tokens.removeGrant(ada.personId);
    await ada.client.renewPersons();
  });
  await until(() => !reasons().has(null));
  expect(reasons()).toEqual(new Set(["Its author must sign in here."]));
});

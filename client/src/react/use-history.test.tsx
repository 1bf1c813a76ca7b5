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
import { renderHook, rest } from "./render-hook.test-support.tsx";
import { useHistory } from "./use-history.ts";

test("[RE-8] history grows with each change, and says when the server took it", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  const record = await newPatient(ada, organizationId);
  const other = await newPatient(ada, organizationId);
  const hook = await renderHook(ada.client, useHistory, record);
  expect(hook.current).toHaveLength(record.history().length);
  const { length } = hook.current;
  await act(() => sign(record));
  expect(hook.current).toHaveLength(length + 1);
  expect(hook.current.at(-1)).toMatchObject({ admittedAtMs: null });

  await act(async () => {
    await server.takeFrom(ada);
    await server.deliverTo(ada);
    await ada.client.settle();
  });
  expect(hook.current.at(-1)).toMatchObject({
    state: "accepted",
    admittedAtMs: server.nowMs,
  });
  const renderings = hook.values.length;
  await act(() => sign(other));
  await rest();
  expect(hook.values).toHaveLength(renderings);
});

// @vitest-environment happy-dom
import { act } from "react";
import { expect, test } from "vitest";

import {
  foundClinic,
  newPatient,
  openDevice,
  TestServer,
} from "../records/clinic.test-support.ts";
import { renderHook, until } from "./render-hook.test-support.tsx";
import { useDoubtedCount } from "./use-doubted-count.ts";

test("[AP-172] what a restored server may have lost counts, and says why it waits, until the server has it again", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  const backup = server.cursorAt(server.rows.length);
  const hook = await renderHook(ada.client, useDoubtedCount, undefined);
  expect(hook.values[0]).toBeNull();
  await until(() => hook.current === 0);

  await act(() => newPatient(ada, organizationId));
  await act(() => server.takeFrom(ada));
  await act(() => server.deliverTo(ada));
  await act(() => ada.log.regress(server.scopeId, [backup]));
  await until(() => hook.current === 1);
  expect((await ada.client.unsynced()).map(({ reason }) => reason)).toEqual([
    "The server came back from an older copy, which may lack this. It is sent again.",
  ]);

  await act(() => server.takeFrom(ada));
  await until(() => hook.current === 0);
});

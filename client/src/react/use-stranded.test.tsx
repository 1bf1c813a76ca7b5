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
import { renderHook, until } from "./render-hook.test-support.tsx";
import { useStranded } from "./use-stranded.ts";

test("[RE-11] what was not accepted is told with its reason, and that somebody has dismissed it", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  const record = await newPatient(ada, organizationId);
  await server.takeFrom(ada);
  const hook = await renderHook(ada.client, useStranded, undefined);
  expect(hook.values[0]?.work).toBeNull();
  await until(() => hook.current.work?.length === 0);

  const { hashes } = await act(() => sign(record));
  await act(() => server.takeFrom(ada, () => "not-permitted"));
  await until(() => hook.current.work?.length === 1);
  expect(hook.current.work).toMatchObject([
    { recordId: record.id, code: "not-permitted", isDismissed: false },
  ]);
  const [hash] = hashes;
  if (hash === undefined) throw new Error("nothing was signed");
  await act(() => ada.client.dismissStranded(record.id, hash));
  await until(() => hook.current.work?.[0]?.isDismissed === true);
});

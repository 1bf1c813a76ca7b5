// @vitest-environment happy-dom
import { act } from "react";
import { expect, test } from "vitest";

import {
  foundClinic,
  join,
  newPatient,
  openDevice,
  TestServer,
} from "../records/clinic.test-support.ts";
import { renderHook, until } from "./render-hook.test-support.tsx";
import { useDoubted } from "./use-doubted.ts";

test("[AP-172] what a restored server may have lost counts, and says why it waits, until the server has it again", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  const backup = server.cursorAt(server.rows.length);
  const hook = await renderHook(ada.client, useDoubted, undefined);
  expect(hook.values[0]).toBeNull();
  await until(() => hook.current?.sentCount === 0);

  await act(() => newPatient(ada, organizationId));
  await act(() => server.takeFrom(ada));
  await act(() => server.deliverTo(ada));
  await act(() => ada.log.regress(server.scopeId, [backup]));
  await until(() => hook.current?.sentCount === 1);
  expect((await ada.client.unsynced()).map(({ reason }) => reason)).toEqual([
    "The server came back from an older copy, which may lack this. It is sent again.",
  ]);

  await act(() => server.takeFrom(ada));
  await until(() => hook.current?.sentCount === 0);
});

test("[AP-172] what was written elsewhere counts as sent again only where this device has the proof of it, and until the server takes none or refuses it from here", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  const ben = await openDevice({ name: "ben" });
  await join(ben, organizationId, teamId, ["clinician"]);
  const backup = server.cursorAt(server.rows.length);
  await newPatient(ada, organizationId);
  await server.takeFrom(ada);
  const [lost] = server.rows.slice(-1);
  if (lost === undefined) throw new Error("nothing was created");
  await server.deliverTo(ben);
  const hook = await renderHook(ben.client, useDoubted, undefined);
  const shows = (sentCount: number, notSentCount: number) =>
    until(
      () =>
        hook.current?.sentCount === sentCount &&
        hook.current.notSentCount === notSentCount,
    );
  await act(() => ben.log.regress(server.scopeId, [backup]));
  await shows(0, 1);

  await act(() => server.deliverTo(ben));
  await act(() => server.confirmTo(ben, { number: 9 }));
  await shows(0, 0);
  await act(() => ben.log.regress(server.scopeId, [backup]));
  await shows(1, 0);
  const { recordId, hash } = lost;
  const refuse = (code: "not-permitted" | "too-much-waiting") =>
    ben.log.applyVerdicts([
      {
        verdict: "refused",
        ...{ recordId, hash, code, message: "no" },
        isRetryable: code === "too-much-waiting",
      },
    ]);
  await act(() => refuse("too-much-waiting"));
  await shows(1, 0);
  await act(() => refuse("not-permitted"));
  await shows(0, 1);

  await act(() => refuse("too-much-waiting"));
  await shows(1, 0);
  await act(() => ben.log.forgetLostRows(server.scopeId));
  await shows(0, 1);
});

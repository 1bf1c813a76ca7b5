// @vitest-environment happy-dom
import { act } from "react";
import { expect, test } from "vitest";

import {
  foundClinic,
  join,
  openDevice,
} from "../records/clinic.test-support.ts";
import { renderHook, rest } from "./render-hook.test-support.tsx";
import { useMemberships } from "./use-memberships.ts";

test("[RE-13] what somebody may do is shown as last heard, and hearing the same renders nothing", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  const hook = await renderHook(ada.client, useMemberships, undefined);
  expect(hook.current[0]?.roles).toContain("admin");
  await act(() => join(ada, organizationId, teamId, ["receptionist"]));
  expect(hook.current.map(({ roles }) => roles)).toEqual([["receptionist"]]);
  const { length } = hook.values;
  await act(() => join(ada, organizationId, teamId, ["receptionist"]));
  await rest();
  expect(hook.values).toHaveLength(length);
});

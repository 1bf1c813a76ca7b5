// @vitest-environment happy-dom
import type { patient } from "@suture/schema";
import { act } from "react";
import { expect, test } from "vitest";

import {
  amoxicillin,
  foundClinic,
  join,
  newPatient,
  openDevice,
  sign,
  TestServer,
  warfarin,
} from "../records/clinic.test-support.ts";
import type { SutureRecord } from "../records/record.ts";
import { renderHook, rest } from "./render-hook.test-support.tsx";
import { useGroup } from "./use-group.ts";

type Patient = SutureRecord<typeof patient>;

function usePrescribing(record: Patient) {
  return useGroup(record, "prescribing");
}

async function clinic() {
  const ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  const record = await newPatient(ada, organizationId);
  const bob = await openDevice({ name: "bob" });
  await join(bob, organizationId, teamId, ["clinician"]);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await server.deliverTo(bob);
  const there = await bob.client.patients.get(record.id);
  if (!there.ok) throw new Error(there.error.code);
  return { ada, bob, server, record, there: there.value };
}

test("[RE-6] a group is settled until a colleague's statement that nobody had seen arrives, and then shows both", async () => {
  const { ada, bob, server, record, there } = await clinic();
  await sign(record);
  const hook = await renderHook(ada.client, usePrescribing, record);
  expect(hook.current.status).toBe("settled");

  const form = await there.edit();
  form.draft.prescribing.medications.add(warfarin);
  expect((await form.save()).ok).toBe(true);
  await server.takeFrom(bob);
  await act(async () => {
    await server.deliverTo(ada);
    await ada.client.settle();
  });
  const { current } = hook;
  if (current.status !== "conflict") throw new Error(current.status);
  const told = current.candidates.map(({ content }) =>
    Object.values(content.medications)
      .map(({ code }) => code.text)
      .join(),
  );
  expect(new Set(told)).toEqual(new Set(["amoxicillin", "warfarin"]));
  expect(hook.values).toHaveLength(2);

  await act(() =>
    record.resolve("prescribing", { reason: "Both.", combine: true }),
  );
  expect(hook.current.status).toBe(
    current.combination === null ? "conflict" : "settled",
  );
});

test("[RE-2] what is written elsewhere in the record leaves a group the object it was", async () => {
  const { ada, record } = await clinic();
  const hook = await renderHook(ada.client, usePrescribing, record);
  const before = hook.current;
  const form = await record.edit();
  form.draft.maritalStatus = "M";
  await act(() => form.save());
  await rest();
  expect(hook.values).toEqual([before]);
  await act(() => sign(record));
  expect(hook.values).toHaveLength(2);
});

test("[RE-6] another record's group is shown in the same rendering, and only that one is followed", async () => {
  const { ada, record } = await clinic();
  const parentId = record.parentId;
  if (parentId === null) throw new Error("it belongs nowhere");
  const other = await newPatient(ada, parentId);
  await sign(record);
  const hook = await renderHook(ada.client, usePrescribing, record);
  await hook.rerender(other);
  const medications = () =>
    hook.current.status === "settled"
      ? Object.values(hook.current.content.medications)
      : null;
  expect(medications()).toEqual([]);
  const { length } = hook.values;
  await act(() => sign(record));
  expect(hook.values).toHaveLength(length);
  await act(() => sign(other));
  expect(medications()).toEqual([amoxicillin]);
});

// @vitest-environment happy-dom
import { act } from "react";
import { expect, test } from "vitest";

import {
  foundClinic,
  join,
  newPatient,
  openDevice,
  sign,
  TestServer,
  warfarin,
} from "../records/clinic.test-support.ts";
import { unreadableStore } from "../records/unreadable-store.test-support.ts";
import { renderHook, rest, until } from "./render-hook.test-support.tsx";
import { useReviews } from "./use-reviews.ts";

test("[RE-9] a conflict that this device sees is a question as soon as it is there, and none once it is settled", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  const record = await newPatient(ada, organizationId);
  const bob = await openDevice({ name: "bob" });
  await join(bob, organizationId, teamId, ["clinician"]);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(bob);
  const there = await bob.client.patients.get(record.id);
  if (!there.ok) throw new Error(there.error.code);
  const hook = await renderHook(ada.client, useReviews, undefined);
  expect(hook.values[0]).toEqual({
    reviews: null,
    isLoading: true,
    hasFailed: false,
  });
  await until(() => !hook.current.isLoading);
  expect(hook.current.reviews).toEqual([]);
  const { length } = hook.values;

  await act(() => sign(record));
  await rest();
  expect(hook.values).toHaveLength(length);
  const form = await there.value.edit();
  form.draft.prescribing.medications.add(warfarin);
  expect((await form.save()).ok).toBe(true);
  await server.takeFrom(bob);
  await act(() => server.deliverTo(ada));
  await until(() => hook.current.reviews?.length === 1);
  expect(hook.current.reviews).toEqual([
    {
      source: "device",
      recordId: record.id,
      recordType: "patient",
      group: "prescribing",
    },
  ]);

  const review = record.review("prescribing");
  const [first] = review?.reading.candidates ?? [];
  if (review === null || first === undefined) throw new Error("no conflict");
  const settled = await act(() =>
    review.resolve({ reason: "Seen by both.", choose: first.opId }),
  );
  expect(settled.ok).toBe(true);
  await until(() => hook.current.reviews?.length === 0);
});

test("[RE-9] questions that cannot be read are not known, which is not none", async () => {
  const { store, fail } = unreadableStore();
  const ada = await openDevice({ name: "ada", store });
  const { organizationId } = await foundClinic(ada);
  fail(true);
  const hook = await renderHook(ada.client, useReviews, undefined);
  await until(() => !hook.current.isLoading);
  expect(hook.current).toEqual({
    reviews: null,
    isLoading: false,
    hasFailed: true,
  });
  fail(false);
  await act(() => newPatient(ada, organizationId));
  await until(() => !hook.current.hasFailed);
  expect(hook.current.reviews).toEqual([]);
});

// @vitest-environment happy-dom
import { act } from "react";
import { expect, test } from "vitest";

import { createMemoryStore } from "@suture/schema";
import {
  foundClinic,
  newPatient,
  openDevice,
  sign,
  TestServer,
} from "../records/clinic.test-support.ts";
import { failingStore } from "../records/failing-store.test-support.ts";
import { clientTables } from "../store/client-tables.ts";
import { renderHook, rest } from "./render-hook.test-support.tsx";
import { useStatus } from "./use-status.ts";

test("[RE-7] a record's label follows it from the save to the confirmation, and back with the next save", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  const record = await newPatient(ada, organizationId);
  const hook = await renderHook(ada.client, useStatus, record);
  const upTo = async (work: () => Promise<unknown>) => {
    await act(async () => {
      await work();
      await ada.client.settle();
    });
    return hook.current.label;
  };
  expect(hook.current.label).toBe("Saved locally. Will sync on reconnect.");
  expect(await upTo(() => server.takeFrom(ada))).toBe("Synced.");
  await upTo(() => server.deliverTo(ada));
  expect(await upTo(() => server.confirmTo(ada))).toBe("Synced and confirmed.");
  expect(await upTo(() => sign(record))).toBe(
    "Saved locally. Will sync on reconnect.",
  );
  expect(await upTo(() => server.takeFrom(ada, () => "not-permitted"))).toBe(
    "Not accepted. Your copy is kept.",
  );
});

test("[RE-2, RE-7] a change that leaves the state as it is renders nothing; a save that fails says so", async () => {
  const failing = failingStore(createMemoryStore({ tables: clientTables }));
  const ada = await openDevice({ name: "ada", store: failing.store });
  const { organizationId } = await foundClinic(ada);
  const record = await newPatient(ada, organizationId);
  const hook = await renderHook(ada.client, useStatus, record);
  await act(() => sign(record));
  await rest();
  expect(hook.values).toHaveLength(1);

  failing.failAfter(0);
  const form = await record.edit();
  form.draft.maritalStatus = "M";
  const saved = await act(() => form.save());
  expect(saved).toMatchObject({ ok: false, error: { code: "not-saved" } });
  expect(hook.current.label).toBe("Not saved — this device cannot store it.");
});

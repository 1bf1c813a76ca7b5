// @vitest-environment happy-dom
import { act } from "react";
import { expect, test } from "vitest";

import {
  damageRecord,
  foundClinic,
  join,
  openDevice,
  personIdOf,
  TestServer,
  type Device,
} from "../records/clinic.test-support.ts";
import type { ListOptions } from "../records/repository.ts";
import { unreadableStore } from "../records/unreadable-store.test-support.ts";
import type { RecordId } from "@suture/schema";
import { renderHook, rest, until } from "./render-hook.test-support.tsx";
import { useRecordList } from "./use-record-list.ts";

async function register(
  { client }: Pick<Device, "client">,
  parentId: RecordId,
  family: string,
) {
  const created = await client.patients.create({
    parentId,
    groups: { identity: { name: [{ family, given: ["T"] }] } },
  });
  if (!created.ok) throw new Error(created.error.reason);
  return created.value;
}

async function clinic(device: Device) {
  const { organizationId, teamId } = await foundClinic(device);
  const moyo = await register(device, organizationId, "Moyo");
  const dube = await register(device, organizationId, "Dube");
  return { ...device, organizationId, teamId, moyo, dube };
}

async function show({ client }: Pick<Device, "client">, options: ListOptions) {
  const hook = await renderHook(
    client,
    // A new object each time, as components write it.
    (given: ListOptions) => useRecordList(client.patients, { ...given }),
    options,
  );
  const names = () =>
    hook.current.rows.map(({ snapshot }) => {
      const identity = snapshot.group("identity");
      if (identity.status === "conflict") return "in conflict";
      return identity.content.name[0]?.family ?? "";
    });
  return { hook, names };
}

test("[RE-5] a list is loading, then here, and grows with what is created here or arrives", async () => {
  const ada = await clinic(await openDevice({ name: "ada" }));
  const { hook, names } = await show(ada, {});
  expect(hook.values[0]).toEqual({
    rows: [],
    isLoading: true,
    hasFailed: false,
    mayHaveMore: false,
  });
  await until(() => !hook.current.isLoading);
  expect(names()).toEqual(["Dube", "Moyo"]);
  await act(() => register(ada, ada.organizationId, "Banda"));
  await until(() => hook.current.rows.length === 3);
  expect(names()).toEqual(["Banda", "Dube", "Moyo"]);

  const bob = await openDevice({ name: "bob" });
  await join(bob, ada.organizationId, ada.teamId, ["receptionist"]);
  const server = new TestServer(ada.organizationId);
  const there = await show(bob, {});
  await until(() => !there.hook.current.isLoading);
  expect(there.names()).toEqual([]);
  await act(() => server.takeFrom(ada));
  await act(() => server.deliverTo(bob));
  await until(() => there.hook.current.rows.length === 3);
});

test("[RE-2, RE-5] a row that changed is another object, and the others are the ones they were", async () => {
  const ada = await clinic(await openDevice({ name: "ada" }));
  const { hook } = await show(ada, {});
  await until(() => !hook.current.isLoading);
  const [dube, moyo] = hook.current.rows;
  const form = await ada.moyo.edit();
  form.draft.maritalStatus = "M";
  await act(() => form.save());
  await until(() => hook.current.rows[1] !== moyo);
  expect(hook.current.rows[0]).toBe(dube);
  expect(hook.current.rows[1]?.snapshot.fields.maritalStatus).toBe("M");
  expect(hook.current.rows[1]?.record).toBe(moyo?.record);

  await rest();
  const { length } = hook.values;
  await act(() => join(ada, ada.organizationId, ada.teamId, ["clinician"]));
  await rest();
  expect(hook.values).toHaveLength(length);
});

test("[AP-177] a list that has as many rows as were asked for says that there may be more, also where one of them cannot be read any more", async () => {
  const ada = await clinic(await openDevice({ name: "ada" }));
  await register(ada, ada.organizationId, "Banda");
  const { hook, names } = await show(ada, { limit: 2 });
  await until(() => !hook.current.isLoading);
  expect(names()).toEqual(["Banda", "Dube"]);
  expect(hook.current.mayHaveMore).toBe(true);
  await hook.rerender({ limit: 4 });
  await until(() => hook.current.rows.length === 3);
  expect(hook.current.mayHaveMore).toBe(false);

  await damageRecord(ada, ada.dube.id);
  const later = await openDevice({ name: "ada", store: ada.store, start: 2 });
  const there = await show(later, { limit: 2 });
  await until(() => !there.hook.current.isLoading);
  expect(there.names()).toEqual(["Banda", "Moyo"]);
  expect(there.hook.current.mayHaveMore).toBe(true);
});

test("[RE-5] under another search it says that it is loading until the answer is here", async () => {
  const ada = await clinic(await openDevice({ name: "ada" }));
  const { hook, names } = await show(ada, { matching: "moy" });
  await until(() => !hook.current.isLoading);
  expect(names()).toEqual(["Moyo"]);
  const { length } = hook.values;
  await hook.rerender({ matching: "dub" });
  await until(() => !hook.current.isLoading);
  expect(names()).toEqual(["Dube"]);
  const meanwhile = hook.values.slice(length, -1);
  expect(meanwhile.length).toBeGreaterThan(0);
  expect(meanwhile.map(({ isLoading }) => isLoading)).not.toContain(false);
});

test("[RE-5] a store that cannot be read is said beside what goes on being shown, and read again with the next change", async () => {
  const { store, fail } = unreadableStore();
  const ada = await clinic(await openDevice({ name: "ada", store }));
  const { hook, names } = await show(ada, {});
  await until(() => !hook.current.isLoading);
  fail(true);
  await act(() => join(ada, ada.organizationId, ada.teamId, ["receptionist"]));
  await until(() => hook.current.hasFailed);
  expect(names()).toEqual(["Dube", "Moyo"]);
  fail(false);
  await act(() => register(ada, ada.organizationId, "Banda"));
  await until(() => !hook.current.hasFailed);
  expect(names()).toEqual(["Banda", "Dube", "Moyo"]);
});

test("[RE-4] whoever takes over the device and may not read patients sees none of the rows", async () => {
  const ada = await clinic(await openDevice({ name: "ada", others: ["tom"] }));
  const tom = { ...ada, personId: personIdOf("tom") };
  await join(tom, ada.organizationId, ada.teamId, ["technician"]);
  const { hook } = await show(ada, {});
  await until(() => hook.current.rows.length === 2);
  await act(() => ada.client.usePerson(tom.personId));
  expect(hook.current.rows).toEqual([]);
});

test("[RE-3] a list that is unmounted hears of nothing any more", async () => {
  const ada = await clinic(await openDevice({ name: "ada" }));
  const { hook } = await show(ada, {});
  await until(() => !hook.current.isLoading);
  await hook.unmount();
  const { length } = hook.values;
  await register(ada, ada.organizationId, "Banda");
  await rest();
  expect(hook.values).toHaveLength(length);
});

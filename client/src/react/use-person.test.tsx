// @vitest-environment happy-dom
import { act } from "react";
import { expect, test } from "vitest";

import {
  foundClinic,
  newPatient,
  openDevice,
  personIdOf,
} from "../records/clinic.test-support.ts";
import { renderHook, rest } from "./render-hook.test-support.tsx";
import { usePerson } from "./use-person.ts";

test("[RE-13] who uses the device follows the hand-over, and nobody is nobody", async () => {
  const ada = await openDevice({ name: "ada", others: ["tom"] });
  const { organizationId } = await foundClinic(ada);
  const hook = await renderHook(ada.client, usePerson, undefined);
  expect(hook.current?.personId).toBe(ada.personId);
  await act(() => newPatient(ada, organizationId));
  await rest();
  expect(hook.values).toHaveLength(1);

  await act(() => ada.client.usePerson(personIdOf("tom")));
  expect(hook.current?.personId).toBe(personIdOf("tom"));
  for (const personId of await ada.tokens.listPersonIds())
    await ada.tokens.removeGrant(personId);
  await act(() => ada.client.renewPersons());
  expect(hook.current).toBeNull();
});

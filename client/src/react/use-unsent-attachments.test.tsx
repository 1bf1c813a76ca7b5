// @vitest-environment happy-dom
import { act } from "react";
import { expect, test } from "vitest";

import {
  foundClinic,
  newPatient,
  openDevice,
} from "../records/clinic.test-support.ts";
import { markSent } from "../store/attachment-rows.ts";
import { renderHook, until } from "./render-hook.test-support.tsx";
import { useUnsentAttachments } from "./use-unsent-attachments.ts";

test("[RE-15] a picture is listed from when it was taken until the server has it; unknown is not none", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const { id: recordId } = await newPatient(ada, organizationId);
  const hook = await renderHook(ada.client, useUnsentAttachments, undefined);
  expect(hook.values[0]?.attachments).toBeNull();
  await until(() => hook.current.attachments?.length === 0);
  const bytes = new Uint8Array([0xff, 0xd8, 0xff, 0xe0]);
  const kept = await act(() => ada.client.attachments.keep(recordId, bytes));
  if (!kept.ok) throw new Error(kept.error.code);
  await until(() => hook.current.attachments?.length === 1);
  const { hash } = kept.value;
  expect(hook.current.attachments).toMatchObject([{ recordId, hash }]);
  await act(() =>
    ada.log.writeAbout(recordId, (tx) => markSent(tx, { recordId, hash })),
  );
  await until(() => hook.current.attachments?.length === 0);
});

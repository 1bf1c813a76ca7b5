// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { expect, test } from "vitest";

import { UpdateNotice } from "./update-notice.tsx";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

test("[WB-23] a new version is offered once it waits, and taken by whoever says so", async () => {
  const listeners = new Set<() => void>();
  let taken = 0;
  const update = {
    isWaiting: false,
    take: () => void (taken += 1),
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const host = document.createElement("div");
  document.body.append(host);
  const root = createRoot(host);
  await act(async () => root.render(<UpdateNotice update={update} />));
  expect(host.textContent).toBe("");
  await act(async () => {
    update.isWaiting = true;
    for (const listener of listeners) listener();
  });
  expect(host.textContent).toContain("A new version of this app is here.");
  expect(taken).toBe(0);
  await act(async () => host.querySelector("button")?.click());
  expect(taken).toBe(1);
  await act(async () => root.unmount());
  expect(listeners.size).toBe(0);
});

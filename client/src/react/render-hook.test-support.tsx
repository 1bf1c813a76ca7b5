/** One hook in a page, for tests: every value it was rendered with, with the client above it. */
import { act, type ReactNode } from "react";
import { createRoot } from "react-dom/client";

import type { Client } from "../client.ts";
import { SutureProvider } from "./suture-provider.tsx";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

export interface RenderedHook<P, T> {
  /** One for each time that React rendered it. */
  readonly values: readonly T[];
  readonly current: T;
  rerender(props: P, client?: Client): Promise<void>;
  unmount(): Promise<void>;
}

export async function renderHook<P, T>(
  client: Client,
  useIt: (props: P) => T,
  props: P,
): Promise<RenderedHook<P, T>> {
  const values: T[] = [];
  function Shown({ given }: { readonly given: P }): ReactNode {
    values.push(useIt(given));
    return null;
  }
  const root = createRoot(document.createElement("div"));
  const render = (given: P, from: Client) =>
    act(async () => {
      root.render(
        <SutureProvider client={from}>
          <Shown given={given} />
        </SutureProvider>,
      );
    });
  await render(props, client);
  return {
    values,
    get current() {
      const last = values.at(-1);
      if (last === undefined) throw new Error("nothing was rendered");
      return last;
    },
    rerender: (given, from = client) => render(given, from),
    unmount: () => act(async () => root.unmount()),
  };
}

const maxTurns = 500;

/** Lets the client and React have their turns until something is so. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < maxTurns; turn += 1) {
    if (isSo()) return;
    await turns(1);
  }
  throw new Error("it did not come about");
}

/** Lets everything that is under way come to rest. */
export function rest(): Promise<void> {
  return turns(40);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1)
    await act(() => new Promise<void>((resolve) => setImmediate(resolve)));
}

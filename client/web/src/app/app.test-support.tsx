/** The app in a page, for tests: the real client of a test device, and a person's way of finding and using what is shown. */
import type { Device } from "@suture/client/clinic-test-support";
import { act, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { onTestFinished } from "vitest";

import { seededRandom } from "@suture/client/clinic-test-support";

import { App } from "./app.tsx";
import type { AppDeps } from "./app-deps.tsx";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

export interface Page {
  readonly root: HTMLElement;
  /** Everything that can be read, white space as one space. */
  readonly text: string;
  /** Files handed to the person. */
  readonly saved: readonly { readonly name: string; readonly file: Blob }[];
  /** By its visible text or accessible name. Throws unless there is exactly one. */
  button(name: string): HTMLElement;
  link(name: string): HTMLElement;
  press(name: string): Promise<void>;
  follow(name: string): Promise<void>;
  /** Into the field with this label. */
  type(label: string, value: string): Promise<void>;
  /** The value that the field with this label shows. */
  valueOf(label: string): string;
  /** In the list of choices with this label, by the words of the choice. */
  choose(label: string, choice: string): Promise<void>;
  /** Ticks or unticks. */
  tick(label: string): Promise<void>;
  /** Lets client and app have their turns until something is so. */
  until(isSo: () => boolean): Promise<void>;
  /** Until the text is there. */
  shows(text: string): Promise<void>;
  unmount(): Promise<void>;
}

/** Opens the app at a path on a device. The page is closed when the test ends. */
export async function renderApp(
  device: Pick<Device, "client" | "clock">,
  path = "/",
  given: Partial<AppDeps> = {},
  around: (app: ReactNode) => ReactNode = (app) => app,
): Promise<Page> {
  window.history.replaceState(null, "", path);
  const saved: { name: string; file: Blob }[] = [];
  const host = document.createElement("div");
  document.body.append(host);
  const root = createRoot(host);
  const deps: AppDeps = {
    client: device.client,
    server: {
      url: "https://suture.test",
      fetch: () => Promise.reject(new Error("no network in this test")),
    },
    clock: device.clock,
    timers: { after: () => ({ cancel: () => undefined }) },
    random: seededRandom("the app"),
    keepsStorage: Promise.resolve("kept"),
    removeDevice: () => Promise.resolve(),
    makePicture: async (file) => new Uint8Array(await file.arrayBuffer()),
    storeDamage: {
      isMet: () => false,
      watch: () => () => undefined,
      mend: () => undefined,
    },
    elsewhere: { leaveFor: () => undefined, takePending: () => null },
    saveFile: (name, file) => void saved.push({ name, file }),
    ...given,
  };
  let isMounted = true;
  const unmount = async () => {
    if (!isMounted) return;
    isMounted = false;
    await act(async () => root.unmount());
    host.remove();
  };
  onTestFinished(unmount);
  await act(async () => root.render(around(<App deps={deps} />)));
  const page = pageOf(saved, unmount);
  await page.until(() => !page.text.includes("Loading…"));
  return page;
}

/** Enough for a page's code to be loaded, too; a test that fails has to end. */
const maxTurns = 40_000;

function pageOf(
  saved: { name: string; file: Blob }[],
  unmount: () => Promise<void>,
): Page {
  const body = document.body;
  const page: Page = {
    root: body,
    saved,
    unmount,
    get text() {
      return readable(body);
    },
    button: (name) => only("button, [role=menuitem], [role=tab]", name),
    link: (name) => only("a[href]", name),
    press: async (name) => {
      await page.until(
        () => found("button, [role=menuitem], [role=tab]", name).length > 0,
      );
      await click(page.button(name));
    },
    follow: async (name) => {
      await page.until(() => found("a[href]", name).length > 0);
      await click(page.link(name));
    },
    type: (label, value) => enter(fieldOf(label), value),
    valueOf: (label) => fieldOf(label).value,
    choose: async (label, choice) => {
      const field = fieldOf(label);
      const option = [...field.querySelectorAll("option")].find(
        (one) => readable(one) === choice,
      );
      if (option === undefined)
        throw new Error(`${label} has no choice ${choice}: ${readable(field)}`);
      await enter(field, option.value);
    },
    tick: (label) => click(fieldOf(label)),
    async until(isSo) {
      for (let turn = 0; turn < maxTurns; turn += 1) {
        if (isSo()) return;
        await act(() => new Promise<void>((resolve) => setImmediate(resolve)));
      }
      throw new Error(`it did not come about; shown: ${page.text}`);
    },
    shows: (text) => page.until(() => page.text.includes(text)),
  };
  return page;
}

function found(selector: string, name: string): HTMLElement[] {
  return [...document.body.querySelectorAll<HTMLElement>(selector)].filter(
    (one) => nameOf(one) === name,
  );
}

function only(selector: string, name: string): HTMLElement {
  const [one, ...more] = found(selector, name);
  if (one === undefined || more.length > 0)
    throw new Error(
      `${more.length + Number(one !== undefined)} of “${name}”; shown: ${readable(document.body)}`,
    );
  return one;
}

function nameOf(element: Element): string {
  return element.getAttribute("aria-label") ?? readable(element);
}

function readable(element: Element): string {
  return (element.textContent ?? "").replaceAll(/\s+/g, " ").trim();
}

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function fieldOf(label: string): Field {
  const labels = [...document.body.querySelectorAll("label")].filter(
    (one) => readable(one) === label,
  );
  const [one, ...more] = labels;
  const field =
    one === undefined
      ? document.body.querySelector(`[aria-label="${label}"]`)
      : (document.getElementById(one.htmlFor) ??
        one.querySelector("input, select, textarea"));
  if (field === null || more.length > 0)
    throw new Error(
      `${labels.length} fields “${label}”; shown: ${readable(document.body)}`,
    );
  return field as Field;
}

async function click(element: HTMLElement): Promise<void> {
  await act(async () => element.click());
}

async function enter(field: Field, value: string): Promise<void> {
  await act(async () => {
    // Past React's own setter, as a person's typing goes.
    const prototype = Object.getPrototypeOf(field) as object;
    Object.getOwnPropertyDescriptor(prototype, "value")?.set?.call(
      field,
      value,
    );
    const kind = field.tagName === "SELECT" ? "change" : "input";
    field.dispatchEvent(new Event(kind, { bubbles: true }));
  });
}

/** The app, wired: everything that touches the machine is made here and given. */
import type { Client } from "@suture/client";
import {
  askToKeepStorage,
  createBrowserClient,
  removeDevice,
} from "@suture/client/browser";
import type { Timers } from "@suture/schema";
import { createRoot } from "react-dom/client";

import type { AppDeps } from "./app/app-deps.tsx";
import { App } from "./app/app.tsx";
import { CannotOpen } from "./app/cannot-open.tsx";
import { keepFocus } from "./app/keep-focus.ts";
import { makePicture } from "./jobs/make-picture.ts";
import { watchForUpdate } from "./pwa/app-update.ts";
import { UpdateNotice } from "./pwa/update-notice.tsx";
import { syncOptions } from "./sync-options.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/ui.css";
import "./styles/clinic.css";
import "./styles/jobs.css";
import "./styles/print.css";
import "./styles/update.css";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root");
const page = createRoot(root);
keepFocus(document);

/** Of a sign-in that another service has yet to answer. */
const pendingKey = "suture-sign-in";

const timers: Timers = {
  after: (delayMs, task) => {
    const timeout = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(timeout) };
  },
};

let isDamageMet = false;
const damageListeners = new Set<() => void>();

try {
  const client = await openClient();
  const update = watchForUpdate(timers);
  page.render(
    <>
      <App deps={depsOf(client)} />
      <UpdateNotice update={update} />
    </>,
  );
} catch (cause) {
  // For whoever looks into it; it holds no content.
  reportError(cause);
  page.render(<CannotOpen cause={cause} onAgain={() => location.reload()} />);
}

async function openClient(): Promise<Client> {
  const client = await createBrowserClient({
    ...syncOptions(),
    startWorker: () =>
      new Worker(new URL("./sync-worker.ts", import.meta.url), {
        type: "module",
      }),
    onRemoved: () => location.replace("/"),
    onDamage: () => {
      isDamageMet = true;
      for (const listener of [...damageListeners]) listener();
    },
    onMended: () => location.reload(),
  });
  client.startSync();
  // Hints that an attempt may succeed now; whether it does, the server's answer says.
  const tryNow = () => {
    if (document.visibilityState === "visible") client.startSync();
  };
  window.addEventListener("online", tryNow);
  document.addEventListener("visibilitychange", tryNow);
  return client;
}

function depsOf(client: Client): AppDeps {
  return {
    client,
    server: { url: location.origin, fetch: (to, init) => fetch(to, init) },
    clock: { now: () => Date.now() },
    timers,
    random: {
      bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    },
    keepsStorage: askToKeepStorage(),
    removeDevice: async () => {
      await client.close();
      await removeDevice(syncOptions().name);
      location.replace("/");
    },
    makePicture,
    storeDamage: {
      isMet: () => isDamageMet,
      watch: (listener) => {
        damageListeners.add(listener);
        return () => damageListeners.delete(listener);
      },
      mend: () => location.reload(),
    },
    elsewhere: {
      leaveFor: (url, pending) => {
        sessionStorage.setItem(pendingKey, pending);
        location.assign(url);
      },
      takePending: () => {
        const pending = sessionStorage.getItem(pendingKey);
        sessionStorage.removeItem(pendingKey);
        return pending;
      },
    },
    saveFile,
  };
}

function saveFile(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

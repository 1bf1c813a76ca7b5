/** The app, wired: everything that touches the machine is made here and given. */
import { createBrowserClient, removeDevice } from "@suture/client/browser";
import { createRoot } from "react-dom/client";

import { App } from "./app/app.tsx";
import { syncOptions } from "./sync-options.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/ui.css";
import "./styles/clinic.css";
import "./styles/print.css";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root");

const url = location.origin;
const options = syncOptions();
const client = await createBrowserClient({
  ...options,
  startWorker: () =>
    new Worker(new URL("./sync-worker.ts", import.meta.url), {
      type: "module",
    }),
});
client.startSync();
// Hints that an attempt may succeed now; whether it does, the server's answer says.
const tryNow = () => {
  if (document.visibilityState === "visible") client.startSync();
};
window.addEventListener("online", tryNow);
document.addEventListener("visibilitychange", tryNow);

createRoot(root).render(
  <App
    deps={{
      client,
      server: { url, fetch: (to, init) => fetch(to, init) },
      clock: { now: () => Date.now() },
      timers: {
        after: (delayMs, task) => {
          const timeout = setTimeout(task, delayMs);
          return { cancel: () => clearTimeout(timeout) };
        },
      },
      random: {
        bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      },
      removeDevice: async () => {
        await client.close();
        await removeDevice(options.name);
        location.replace("/");
      },
      saveFile,
    }}
  />,
);

function saveFile(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** What people do with the app itself: open it, close it, let the battery run empty, tell it to try again, carry work away. */
import { unfinished } from "@suture/client/testing";

import { done, type Activity } from "./activity.ts";
import type { Desk } from "./desk.ts";

export function appSteps(): readonly Activity[] {
  return [
    {
      name: "open-app",
      weight: 25,
      isAlways: true,
      offer(desk) {
        if (desk.client !== undefined) return null;
        return {
          name: "open-app",
          words: `the app on ${desk.name} is opened`,
          run: () => openApp(desk),
        };
      },
    },
    {
      name: "close-app",
      weight: 1.5,
      offer(desk) {
        const { person } = desk;
        if (person === undefined) return null;
        return done("close-app", desk, person, "closes the app", async () => {
          await desk.attempt(() => desk.device.close());
          if (desk.house.pen.random.happens(0.5)) await openApp(desk);
        });
      },
    },
    {
      name: "kill-app",
      weight: 2.5,
      offer(desk) {
        if (desk.client === undefined) return null;
        return {
          name: "kill-app",
          words: `the app on ${desk.name} is killed`,
          async run() {
            desk.device.kill();
            if (desk.house.pen.random.happens(0.6)) await openApp(desk);
          },
        };
      },
    },
    {
      name: "try-again",
      weight: 1,
      offer(desk) {
        const { person, client } = desk;
        if (person === undefined || client === undefined) return null;
        return done("try-again", desk, person, "asks for sync now", async () =>
          client.startSync(),
        );
      },
    },
    {
      name: "export-unsynced",
      weight: 0.4,
      offer(desk) {
        const { person, client } = desk;
        if (person === undefined || client === undefined) return null;
        return done(
          "export-unsynced",
          desk,
          person,
          "copies what is not synced",
          async () => {
            const copy = await desk.attempt(() => client.exportUnsynced());
            if (copy === unfinished) return;
            const hashes = copy.changes.map(({ hash }) => hash);
            desk.note({ kind: "unsynced-exported", hashes }, person);
          },
        );
      },
    },
    {
      name: "dismiss-stranded",
      weight: 0.7,
      offer(desk) {
        const { person, client } = desk;
        if (person === undefined || client === undefined) return null;
        return done(
          "dismiss-stranded",
          desk,
          person,
          "looks at what was not accepted",
          async () => {
            const found = await desk.attempt(() => client.stranded());
            if (found === unfinished || desk.client !== client) return;
            const open = found.filter(({ isDismissed }) => !isDismissed);
            if (open.length === 0) return;
            const { recordId, hash } = desk.house.pen.random.pick(
              open.toSorted((left, right) => (left.hash < right.hash ? -1 : 1)),
            );
            // Before it is done: it may be on the disk of an app that dies of it.
            desk.note({ kind: "stranded-dismissed", recordId, hash }, person);
            await desk.attempt(() => client.dismissStranded(recordId, hash));
          },
        );
      },
    },
  ];
}

/** A person whose app does not open sees why, and tries again another time. */
async function openApp(desk: Desk): Promise<void> {
  const opened = await desk.attempt(() => desk.device.start());
  if (opened === unfinished) desk.house.run.tally.count("app-did-not-open");
}

/** Who has which device: handing it over, signing out and in, leaving it for good. */
import { unfinished } from "@suture/client/testing";

import { done, type Activity } from "./activity.ts";
import type { Desk } from "./desk.ts";
import { password, type Person } from "./hospital.ts";

/** How long anybody waits for the server. */
const patienceMs = 30_000;

export function handOverSteps(): readonly Activity[] {
  return [
    {
      name: "hand-over",
      weight: 4,
      offer(desk) {
        const { person, client } = desk;
        const next = colleagueAt(desk);
        if (person === undefined || client === undefined || next === null)
          return null;
        return done(
          "hand-over",
          desk,
          person,
          `hands over to ${next.name}`,
          async () => {
            const isSignedIn = await desk.attempt(() =>
              client.usePerson(next.personId),
            );
            if (isSignedIn === false) await signIn(desk, next);
          },
        );
      },
    },
    {
      name: "sign-out",
      weight: 0.5,
      offer(desk) {
        const { person, client } = desk;
        if (person === undefined || client === undefined) return null;
        return done("sign-out", desk, person, "signs out", async () => {
          const out = await desk.attempt(() => client.signOut(), patienceMs);
          if (out !== unfinished) desk.note({ kind: "signed-out" }, person);
        });
      },
    },
    {
      name: "sign-in",
      weight: 1,
      offer(desk) {
        const next = desk.person ?? colleagueAt(desk);
        if (desk.client === undefined || next === null) return null;
        return done("sign-in", desk, next, "signs in", () =>
          signIn(desk, next),
        );
      },
    },
    {
      name: "sign-in-where-nobody-is",
      weight: 8,
      isAlways: true,
      offer(desk) {
        const next = colleagueAt(desk);
        if (
          desk.client === undefined ||
          desk.person !== undefined ||
          next === null
        )
          return null;
        return done("sign-in", desk, next, "signs in", () =>
          signIn(desk, next),
        );
      },
    },
    {
      name: "leave-device",
      weight: 0.6,
      offer(desk) {
        const { person, client } = desk;
        if (person === undefined || client === undefined) return null;
        const evenWithUnsynced = desk.house.pen.random.happens(0.4);
        return done(
          "leave-device",
          desk,
          person,
          "is taken off the device",
          async () => {
            const left = await desk.attempt(
              () => client.leaveDevice({ evenWithUnsynced }),
              patienceMs,
            );
            if (left === unfinished) return;
            const { tally } = desk.house.run;
            if (left.ok) desk.note({ kind: "left-device" }, person);
            else tally.count(`not-left:${left.error.code}`);
          },
        );
      },
    },
  ];
}

async function signIn(desk: Desk, person: Person): Promise<void> {
  const { client, name } = desk;
  if (client === undefined) return;
  const { email } = person;
  const signedIn = await desk.attempt(
    () => client.signIn({ email, password, deviceName: name }),
    patienceMs,
  );
  if (signedIn === unfinished) return;
  if (signedIn.ok) desk.note({ kind: "signed-in" }, person);
  else desk.house.run.tally.count(`not-signed-in:${signedIn.error.code}`);
}

/** Somebody else who works with this device. */
function colleagueAt({ house, name, person }: Desk): Person | null {
  const others = house.hospital.people.filter(
    (one) =>
      one.personId !== person?.personId &&
      one.devices.some((device) => device === name),
  );
  return others.length === 0 ? null : house.pen.random.pick(others);
}

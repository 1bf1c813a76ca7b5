/** How a second person comes into an organization, through nothing but the SDK, over real sockets. */
import {
  acceptInvitation,
  createInvitation,
  signUp,
  type Client,
  type SignedIn,
} from "@suture/client";
import { sampleEmail, samplePassword, samplePeople } from "@suture/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import {
  everythingIsSent,
  RealWorld,
  until,
} from "./real-world.test-support.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const ruth = {
  email: "ruth@clinic.example",
  password: "a pass phrase of hers",
};

let world: RealWorld;

beforeEach(async () => {
  world = await RealWorld.create();
});

afterEach(() => world.end());

const deps = () => ({
  url: world.url,
  fetch: (url: string, init: RequestInit) => fetch(url, init),
});

async function signedIn(
  client: Client,
  person: { readonly email: string; readonly password: string },
): Promise<SignedIn> {
  const session = await client.signIn({ ...person, deviceName: "Tablet" });
  if (!session.ok) throw new Error(session.error.code);
  return session.value;
}

test("[ID-20] a person signs up, is invited, accepts, and has what the member may read", async () => {
  expect(await signUp(deps(), { ...ruth, name: "Ruth" })).toMatchObject({
    ok: true,
  });
  const hers = await world.open("hers");
  const herSession = await signedIn(hers, ruth);
  await hers.catchUp();
  expect(hers.memberships).toEqual([]);

  const admins = await world.open("admins");
  const admin = samplePeople.find(({ key }) => key === "admin");
  if (admin === undefined) throw new Error("the sample has no admin");
  const session = await signedIn(admins, {
    email: sampleEmail(admin),
    password: samplePassword,
  });
  await admins.catchUp();
  const [clinic] = await admins.teams.list();
  const [organization] = await admins.organizations.list();
  if (clinic === undefined || organization === undefined)
    throw new Error("the sample is not there");
  const made = await admins.members.create({
    parentId: organization.id,
    fields: { displayName: "Ruth" },
    groups: {
      membership: { roles: ["clinician"], teams: [clinic.id], active: true },
    },
  });
  if (!made.ok) throw new Error(made.error.reason);
  await everythingIsSent(admins);

  const name = { organizationId: organization.id, memberId: made.value.id };
  expect(await createInvitation(deps(), herSession, name)).toMatchObject({
    ok: false,
    error: { message: expect.stringMatching(/^[A-Z][^.]*\.$/) },
  });
  const invitation = await createInvitation(deps(), session, name);
  if (!invitation.ok) throw new Error(invitation.error.code);
  expect(
    await acceptInvitation(deps(), herSession, "no such code"),
  ).toMatchObject({ ok: false, error: { code: "invitation-refused" } });
  // A lost answer is asked for again.
  for (const _ of [1, 2])
    expect(
      await acceptInvitation(deps(), herSession, invitation.value.code),
    ).toEqual({ ok: true, value: name });

  await until(hers, async () => (await hers.patients.list()).length > 0);
  expect(hers.memberships).toMatchObject([
    { memberId: name.memberId, roles: ["clinician"], teamIds: [clinic.id] },
  ]);
});

import { personIdSchema, recordIdFromBytes } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";
import { identityPartition, invitationsTable } from "./identity-tables.ts";
import { createIdentityWorld } from "./identity-world.ts";
import type { IdentityWorld } from "./identity-world.ts";
import type { Invitations } from "./invitations.ts";

const ann = personIdSchema.parse("ann");
const bob = personIdSchema.parse("bob");
const admin = personIdSchema.parse("admin");
const recordId = (byte: number) =>
  recordIdFromBytes(new Uint8Array(16).fill(byte));
const membership = { organizationId: recordId(1), memberId: recordId(2) };

let world: IdentityWorld;
let invitations: Invitations;
beforeEach(async () => {
  world = await createIdentityWorld();
  ({ invitations } = world.identity);
});

const invite = (change = {}) =>
  invitations.createInvitation({
    ...membership,
    invitedBy: admin,
    byMemberId: recordId(3),
    expiresAtMs: world.clock.now() + 1_000,
    ...change,
  });

const refused = {
  ok: false,
  error: { code: "invitation-refused", isRetryable: false },
};

test("[ID-17] who accepts an invitation is the member it was made for", async () => {
  const code = await invite();
  expect(Buffer.from(code, "base64url")).toHaveLength(16);
  expect(await invitations.acceptInvitation(code, ann)).toEqual({
    ok: true,
    value: membership,
  });
  expect(await invitations.membersOfPerson(ann)).toEqual([membership]);
  expect(await invitations.personOfMember(membership)).toBe(ann);
});

test("[ID-17] expired, used and unknown codes answer the same", async () => {
  const used = await invite();
  await invitations.acceptInvitation(used, ann);
  const expired = await invite({ memberId: recordId(3) });
  const usedAnswer = await invitations.acceptInvitation(used, bob);
  world.clock.advance(1_000);
  expect(usedAnswer).toMatchObject(refused);
  expect(await invitations.acceptInvitation(expired, bob)).toEqual(usedAnswer);
  expect(await invitations.acceptInvitation("unknown", bob)).toEqual(
    usedAnswer,
  );
  expect(await invitations.membersOfPerson(bob)).toEqual([]);
});

test("[ID-17] the same person may accept again, since an answer may be lost", async () => {
  const code = await invite();
  const first = await invitations.acceptInvitation(code, ann);
  expect(await invitations.acceptInvitation(code, ann)).toEqual(first);
  expect(await invitations.membersOfPerson(ann)).toHaveLength(1);
});

test("[ID-17] of two people with one code at once, one becomes the member", async () => {
  const code = await invite();
  const both = await Promise.all(
    [ann, bob].map((personId) => invitations.acceptInvitation(code, personId)),
  );
  expect(both.filter((accepted) => accepted.ok)).toHaveLength(1);
});

test("[ID-17] a member is one person for good: a second code for the same member is refused to others", async () => {
  await invitations.acceptInvitation(await invite(), ann);
  expect(await invitations.acceptInvitation(await invite(), bob)).toMatchObject(
    refused,
  );
  expect(await invitations.linkPerson(membership, bob)).toMatchObject(refused);
  expect(await invitations.linkPerson(membership, ann)).toMatchObject({
    ok: true,
  });
  expect(await invitations.personOfMember(membership)).toBe(ann);
});

test("[ID-17] a person may be a member of several organizations", async () => {
  const elsewhere = { organizationId: recordId(4), memberId: recordId(5) };
  await invitations.linkPerson(membership, ann);
  await invitations.linkPerson(elsewhere, ann);
  expect(await invitations.membersOfPerson(ann)).toEqual(
    expect.arrayContaining([membership, elsewhere]),
  );
});

test("[ID-5] the store holds no invitation code in the clear", async () => {
  const code = await invite();
  const rows = await world.store.read(identityPartition, (tx) =>
    tx.scan(invitationsTable),
  );
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(code);
});

/** Devices: too many connections, somebody else's token, evidence made up, and who may decide about them. */
import {
  organizationScope,
  patient,
  type Cursor,
  type ScopeId,
} from "@suture/schema";
import { z } from "zod";
import {
  first,
  medication,
  prescribing,
  second,
} from "../../src/admission/contents.test-support.ts";
import type { Actor } from "./actor.test-support.ts";
import { ask, asked, askedAlike, signIn } from "./ask-http.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";
import { helloOf, SyncSocket } from "./sync-socket.test-support.ts";

const http = "server/src/gateway/http";

const connections: readonly HostileCase[] = [
  {
    name: "a fifth connection of one device",
    attacks: "everybody else's connections",
    check: "server/src/gateway/sync/sync-gateway.ts: sessions of a device",
    expected: "close replaced: This device has opened other connections since.",
    attack: async (house) => {
      const { device } = await house.onFreshDevice(house.clinician);
      const sockets: SyncSocket[] = [];
      for (let count = 0; count < 5; count += 1)
        sockets.push(await SyncSocket.welcomed(house.url, device));
      const [oldest, ...others] = sockets;
      if (oldest === undefined) return "no socket";
      await oldest.next(() => false, 0);
      for (const other of others) await other.close();
      return oldest.ending();
    },
  },
  {
    name: "a session that goes on by somebody else's token",
    attacks: "who one is, in the middle",
    check: "server/src/gateway/sync/answer-request.ts: answerToken",
    expected:
      "close not-authenticated: The sign-in of this connection has ended.",
    attack: async ({ clinician, manager }) => {
      const socket = await clinician.socket();
      socket.send({ type: "token", token: manager.device.syncToken });
      return socket.ending();
    },
  },
];

/** Where every log of the actor's ends, as an honest device of theirs was told. */
async function endsOf(actor: Actor): Promise<Record<ScopeId, Cursor>> {
  const socket = await SyncSocket.welcomed(actor.url, actor.device);
  const welcome = socket.events.find(({ type }) => type === "welcome");
  await socket.close();
  if (welcome?.type !== "welcome") throw new Error("no welcome");
  return Object.fromEntries(
    welcome.scopes.map(({ scopeId, end }) => [scopeId, end]),
  );
}

const reportSchema = z.object({
  devices: z.array(
    z.object({
      deviceId: z.string(),
      members: z.array(z.object({ unseenSignatureCount: z.number() })),
    }),
  ),
});

/** How many signatures of a device overwrote what it had not been sent, as an auditor is told. */
async function unseenOf(house: House, { device }: Actor): Promise<string> {
  const { sessionToken: token } = await signIn(house, house.auditor);
  const { body } = await ask(house, devicesOf(house), { token });
  const report = reportSchema.parse(JSON.parse(body));
  const members = report.devices
    .filter(({ deviceId }) => deviceId === device.deviceId)
    .flatMap((found) => found.members);
  const count = members.reduce(
    (sum, { unseenSignatureCount }) => sum + unseenSignatureCount,
    0,
  );
  return `${count} unseen`;
}

const devicesOf = ({ organizationId }: House) =>
  `/v1/organizations/${organizationId}/devices`;

const evidence: readonly HostileCase[] = [
  {
    name: "a device that says it had been sent everything, and overwrites what it was not",
    attacks: "evidence of what somebody had seen",
    check: "server/src/gateway/sync/delivery-recorder.ts",
    expected: "1 unseen",
    attack: async (house) => {
      const { clinician, organizationId } = house;
      const replica = await clinician.newRecord(patient, organizationId);
      await clinician.pushAccepted(
        clinician.sign(
          replica,
          "prescribing",
          prescribing({ [first]: medication("warfarin") }),
        ),
      );
      const liar = await house.onFreshDevice(house.southern);
      const cursors = await endsOf(liar);
      if (!(organizationScope(organizationId) in cursors)) return "no scope";
      const socket = await SyncSocket.open(house.url, liar.device);
      socket.send({ ...helloOf(liar.device), cursors });
      await socket.next(({ type }) => type === "reviews", 0);
      await liar.pushAccepted(
        liar.sign(
          replica,
          "prescribing",
          prescribing({
            [first]: medication("warfarin"),
            [second]: medication("aspirin"),
          }),
        ),
      );
      await socket.close();
      return unseenOf(house, liar);
    },
  },
];

const decisions: readonly HostileCase[] = [
  {
    name: "the devices of an organization, by a clinician",
    attacks: "who works on what, and what is unsynced",
    check: `${http}/device-report-routes.ts: reportReaders`,
    expected: "http 403 not-permitted",
    attack: asked(({ clinician }) => clinician, devicesOf),
  },
  {
    name: "another organization's devices",
    attacks: "broken object level authorization (API1)",
    check: `${http}/acting-member.ts`,
    expected: "http 404 organization-unknown",
    attack: askedAlike(
      ({ elsewhere }) => elsewhere.admin,
      (house) => [
        devicesOf(house),
        devicesOf({ ...house, organizationId: house.admin.newRecordId() }),
      ],
    ),
  },
  ...(
    [
      ["a colleague's device, released by a manager", "release"],
      ["a colleague's device, revoked by a manager", "revoke"],
    ] as const
  ).map(([name, verb]): HostileCase => ({
    name,
    attacks: "broken function level authorization (API5)",
    check: `${http}/device-admin-routes.ts: adminOf`,
    expected: "http 403 not-permitted",
    attack: asked(
      ({ manager }) => manager,
      (house) =>
        `${devicesOf(house)}/${house.clinician.device.deviceId}/${verb}`,
      () => ({ method: "POST" }),
    ),
  })),
  {
    name: "another organization's device, revoked by an admin of this one",
    attacks: "another organization, cut off",
    check: "server/src/identity/organization-devices.ts",
    expected: "http 404 device-unknown",
    attack: asked(
      ({ admin }) => admin,
      (house) => `${devicesOf(house)}/${house.stranger.device.deviceId}/revoke`,
      () => ({ method: "POST" }),
    ),
  },
];

export const deviceCases: readonly HostileCase[] = [
  ...connections,
  ...evidence,
  ...decisions,
];

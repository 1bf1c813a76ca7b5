/** Other people's records, audit, stranded work and invitations over HTTP. OWASP API security top ten. */
import { appointment } from "@suture/schema";
import type { Actor } from "./actor.test-support.ts";
import { ask, asked, askedAlike, signIn } from "./ask-http.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";

const records: readonly HostileCase[] = [
  ...(
    [
      ["another organization's record", ""],
      ["another organization's record/history", "/history"],
    ] as const
  ).map(([name, rest]): HostileCase => ({
    name,
    attacks: "broken object level authorization (API1)",
    check: "server/src/gateway/http/find-record.ts",
    expected: "http 404 record-unknown",
    attack: askedAlike(
      ({ stranger }) => stranger,
      ({ patient, stranger }) => [
        `/v1/records/${patient.recordId}${rest}`,
        `/v1/records/${stranger.newRecordId()}${rest}`,
      ],
    ),
  })),
  {
    name: "a patient, by a technician",
    attacks: "broken function level authorization (API5)",
    check: "server/src/gateway/http/find-record.ts: mayRead",
    expected: "http 404 record-unknown",
    attack: askedAlike(
      ({ technician }) => technician,
      ({ patient, technician }) => [
        `/v1/records/${patient.recordId}`,
        `/v1/records/${technician.newRecordId()}`,
      ],
    ),
  },
  {
    name: "a record id that is a path",
    attacks: "stores that make files of ids",
    check: "schema/src/ids.ts: recordIdSchema",
    expected: "http 400 request-invalid",
    attack: asked(
      ({ clinician }) => clinician,
      () => "/v1/records/..%2f..%2f..%2fetc%2fpasswd",
    ),
  },
  {
    name: "a page of a thousand million entries",
    attacks: "unrestricted resource consumption (API4)",
    check: "server/src/gateway/http/record-routes.ts: limit",
    expected: "http 400 request-invalid",
    attack: asked(
      ({ clinician }) => clinician,
      ({ patient }) =>
        `/v1/records/${patient.recordId}/history?limit=1000000000`,
    ),
  },
  {
    name: "a page from below the beginning",
    attacks: "scans of the store",
    check: "server/src/gateway/http/record-routes.ts: after",
    expected: "http 400 request-invalid",
    attack: asked(
      ({ clinician }) => clinician,
      ({ patient }) => `/v1/records/${patient.recordId}/history?after=-1`,
    ),
  },
  {
    name: "a review that is nobody's",
    attacks: "broken object level authorization (API1)",
    check: "server/src/gateway/http/find-review.ts",
    expected: "http 404 review-unknown",
    attack: asked(
      ({ clinician }) => clinician,
      () => `/v1/reviews/${"0".repeat(32)}`,
    ),
  },
  {
    name: "the audit, by a clinician",
    attacks: "broken function level authorization (API5)",
    check: "server/src/gateway/http/audit-routes.ts: auditors",
    expected: "http 403 not-permitted",
    attack: asked(
      ({ clinician }) => clinician,
      ({ organizationId }) => `/v1/audit?organizationId=${organizationId}`,
    ),
  },
  {
    name: "another organization's audit",
    attacks: "broken object level authorization (API1)",
    check: "server/src/gateway/http/audit-routes.ts: scope",
    expected: "http 404 organization-unknown",
    attack: askedAlike(
      ({ elsewhere }) => elsewhere.admin,
      ({ organizationId, admin }) => [
        `/v1/audit?organizationId=${organizationId}`,
        `/v1/audit?organizationId=${admin.newRecordId()}`,
      ],
    ),
  },
];

const strandedOf = ({ organizationId }: House) =>
  `/v1/organizations/${organizationId}/stranded`;

const stranded: readonly HostileCase[] = [
  {
    name: "a colleague's stranded work, by a clinician",
    attacks: "what somebody tried and was refused",
    check: "server/src/gateway/http/find-stranded.ts: readers",
    expected: "http 403 not-permitted",
    attack: asked(({ clinician }) => clinician, strandedOf),
  },
  {
    name: "another organization's stranded work",
    attacks: "broken object level authorization (API1)",
    check: "server/src/gateway/http/find-stranded.ts: membership",
    expected: "http 404 organization-unknown",
    attack: askedAlike(
      ({ elsewhere }) => elsewhere.admin,
      (house) => [
        strandedOf(house),
        strandedOf({ ...house, organizationId: house.admin.newRecordId() }),
      ],
    ),
  },
  {
    name: "stranded work that is nowhere, adopted",
    attacks: "work made up under somebody's name",
    check: "server/src/gateway/http/find-stranded.ts",
    expected: "http 404 stranded-unknown",
    attack: asked(
      ({ manager }) => manager,
      (house) => `${strandedOf(house)}/${"0".repeat(64)}/adopt`,
      () => ({ method: "POST", body: { reason: "it was right" } }),
    ),
  },
  {
    name: "another team's stranded work, adopted by a manager",
    attacks: "records one may not read, by what was refused of them",
    check: "server/src/gateway/http/find-stranded.ts: maySee",
    expected: "http 404 stranded-unknown",
    attack: async (house) => {
      const { clinician, north, south } = house;
      const visit = await clinician.newRecord(appointment, north);
      const edit = clinician.compose(visit, [{ key: "shoeSize", set: 43 }]);
      const verdicts = await clinician.push([edit]);
      const hash = typeof verdicts === "string" ? "" : verdicts[0]?.hash;
      const manager = await house.hire(house, ["manager"], [south]);
      const { sessionToken: token } = await signIn(house, manager);
      const body = { reason: "it was right" };
      const path = `${strandedOf(house)}/${hash}/adopt`;
      return (await ask(house, path, { token, method: "POST", body })).line;
    },
  },
];

const invite = (
  by: (house: House) => Actor,
  memberId: (house: House) => string,
  organizationId: (house: House) => string = (house) => house.organizationId,
) =>
  asked(
    by,
    () => "/v1/invitations",
    (house) => ({
      method: "POST",
      body: {
        organizationId: organizationId(house),
        memberId: memberId(house),
      },
    }),
  );

const invitations: readonly HostileCase[] = [
  {
    name: "an invitation by a clinician",
    attacks: "who is a member",
    check: "server/src/gateway/http/organization-routes.ts: admin",
    expected: "http 403 not-permitted",
    attack: invite(
      ({ clinician }) => clinician,
      ({ clinician }) => clinician.signer.memberId,
    ),
  },
  {
    name: "an invitation by another organization's admin",
    attacks: "who is a member",
    check: "server/src/gateway/http/organization-routes.ts: own",
    expected: "http 404 organization-unknown",
    attack: invite(
      ({ elsewhere }) => elsewhere.admin,
      ({ clinician }) => clinician.signer.memberId,
    ),
  },
  {
    name: "an invitation to be somebody of another organization",
    attacks: "who is a member",
    check: "server/src/gateway/http/organization-routes.ts: member",
    expected: "http 404 member-unknown",
    attack: invite(
      ({ admin }) => admin,
      ({ stranger }) => stranger.signer.memberId,
    ),
  },
  {
    name: "an invitation nobody was given",
    attacks: "who is a member",
    check: "server/src/identity/invitations.ts",
    expected: "http 403 invitation-refused",
    attack: asked(
      ({ stranger }) => stranger,
      () => "/v1/invitations/accept",
      () => ({ method: "POST", body: { code: "0".repeat(22) } }),
    ),
  },
  {
    name: "an invitation to be a member that somebody else is",
    attacks: "who is a member",
    check: "server/src/identity/invitations.ts: linked",
    expected: "http 403 invitation-refused",
    attack: async (house) => {
      const { sessionToken: token } = await signIn(house, house.admin);
      const { body } = await ask(house, "/v1/invitations", {
        method: "POST",
        token,
        body: {
          organizationId: house.organizationId,
          memberId: house.clinician.signer.memberId,
        },
      });
      const { code } = JSON.parse(body) as { readonly code: string };
      return asked(
        ({ stranger }) => stranger,
        () => "/v1/invitations/accept",
        () => ({ method: "POST", body: { code } }),
      )(house);
    },
  },
];

export const httpAccessCases: readonly HostileCase[] = [
  ...records,
  ...stranded,
  ...invitations,
];

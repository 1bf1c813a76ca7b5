/** People to whom a record is not there: of another role, team or organization; and those whose rights have ended. */
import {
  appointment,
  encodeStatement,
  patient,
  type Content,
} from "@suture/schema";
import { Replica } from "../../src/admission/author.test-support.ts";
import {
  first,
  prescribing,
} from "../../src/admission/contents.test-support.ts";
import { membership, typeOf } from "../../src/admission/world.test-support.ts";
import type { Actor } from "./actor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";
import { creating, edits } from "./written-by.test-support.ts";

const missing =
  "refused missing-dependencies: it builds on changes that are not here";
const signs =
  "refused not-permitted: it signs or resolves what its author may not";
const allergy = {
  clinicalStatus: "active",
  verificationStatus: "confirmed",
  code: { text: "latex" },
};

const ofPatient = ({ patient: record }: House) => record;
const memberOf = (actor: Actor) => {
  if (actor.member === undefined) throw new Error("nobody hired them");
  return actor.member;
};
const unseen: readonly HostileCase[] = [
  {
    name: "a technician writes into a patient",
    attacks: "patients, and whether there is one",
    check: "server/src/admission/judge-change.ts: mayKnow, role",
    expected: missing,
    attack: edits("technician", ofPatient, "maritalStatus", "M"),
  },
  {
    name: "an admin, who reads no patients, writes into one",
    attacks: "patients, and whether there is one",
    check: "server/src/admission/judge-change.ts: mayKnow, role",
    expected: missing,
    attack: edits("admin", ofPatient, "maritalStatus", "M"),
  },
  {
    name: "a clinician of another clinic writes into an appointment",
    attacks: "appointments, and whether there is one",
    check: "server/src/admission/judge-change.ts: mayKnow, team",
    expected: missing,
    attack: edits(
      "southern",
      ({ clinician, north }) => clinician.newRecord(appointment, north),
      "description",
      "check-up",
    ),
  },
  {
    name: "a clinician books in a clinic that is not theirs",
    attacks: "appointments",
    check: "server/src/admission/judge-change.ts: reaches",
    expected: "refused",
    attack: async (house) => {
      const answer = await creating(
        "southern",
        appointment,
        ({ north }) => north,
      )(house);
      return answer.split(" ")[0] ?? "";
    },
  },
  {
    name: "a stranger writes into a patient",
    attacks: "another organization",
    check: "server/src/admission/place-batch.ts: candidates",
    expected: missing,
    attack: edits("stranger", ofPatient, "maritalStatus", "M"),
  },
  {
    name: "a stranger creates a patient in the organization",
    attacks: "another organization",
    check: "server/src/admission/place-batch.ts: candidates",
    expected: "not accepted",
    attack: async (house) => {
      const answer = await creating(
        "stranger",
        patient,
        ({ organizationId }) => organizationId,
      )(house);
      return answer === "accepted" ? answer : "not accepted";
    },
  },
  {
    name: "a stranger founds an organization that is there",
    attacks: "another organization",
    check: "server/src/admission/admit-group.ts: foundingOf",
    expected: "not accepted",
    attack: async ({ stranger, organizationId }) => {
      const house = stranger.create(typeOf("organization"), {
        parentId: null,
        recordId: organizationId,
      });
      const member = stranger.create(typeOf("member"), {
        parentId: organizationId,
        statements: { membership: membership(["admin"], []) },
      });
      const verdicts = await stranger.push([house.pushed, member.pushed]);
      if (typeof verdicts === "string") return verdicts;
      return verdicts.some(({ verdict }) => verdict === "accepted")
        ? "accepted"
        : "not accepted";
    },
  },
  {
    name: "a stranger makes themselves a member",
    attacks: "another organization",
    check: "server/src/admission/place-batch.ts: candidates",
    expected: "not accepted",
    attack: async ({ stranger, organizationId }) => {
      const answer = await stranger.answerTo(
        stranger.create(typeOf("member"), {
          parentId: organizationId,
          recordId: stranger.signer.memberId,
          statements: { membership: membership(["admin"], []) },
        }).pushed,
      );
      return answer === "accepted" ? answer : "not accepted";
    },
  },
  {
    name: "a patient one may not see, and one that is not there, answer alike",
    attacks: "whether somebody is a patient here",
    check: "server/src/admission/judge-change.ts: mayKnow",
    expected: "alike",
    attack: async (house) => {
      const { technician, patient: record } = house;
      const absent = new Replica(patient, technician.newRecordId());
      technician.write(absent, [{ key: "recordId", set: absent.recordId }]);
      const edit = [{ key: "maritalStatus", set: "M" }] as const;
      const [one, other] = [
        await technician.answerTo(technician.compose(record, edit)),
        await technician.answerTo(technician.compose(absent, edit)),
      ];
      return one === other ? "alike" : `${one} / ${other}`;
    },
  },
];

/** Somebody with these roles whose membership is then signed to be this. */
async function changed(house: House, to: Content): Promise<Actor> {
  const actor = await house.hire(house, ["clinician"], [house.north]);
  await actor.socket();
  const { admin } = house;
  await admin.pushAccepted(admin.sign(memberOf(actor), "membership", to));
  return actor;
}

const leavers: readonly HostileCase[] = [
  {
    name: "somebody who has left goes on writing",
    attacks: "rights that outlive a membership",
    check: "server/src/admission/judge-change.ts: isActive",
    expected: "refused not-permitted: its author is no longer an active member",
    attack: async (house) => {
      const leaver = await changed(house, {
        ...membership(["clinician"], [house.north]),
        active: false,
      });
      return leaver.answerTo(
        leaver.compose(house.patient, [{ key: "maritalStatus", set: "M" }]),
      );
    },
  },
  {
    name: "somebody who has left goes on reading, over a session they had open",
    attacks: "rights that outlive a membership",
    check: "server/src/gateway/sync/session-rights.ts",
    expected: "nothing",
    attack: async (house) => {
      const leaver = await changed(house, {
        ...membership(["clinician"], [house.north]),
        active: false,
      });
      const { recordId, index } = house.patient;
      const [hash] = index.heads();
      if (hash === undefined) return "no patient";
      const socket = await leaver.socket();
      const answer = await socket.ask(
        { type: "fetch", items: [{ recordId, hash }] },
        "fetched",
      );
      if (typeof answer === "string") return answer;
      return answer.items[0]?.bytes == null ? "nothing" : "the change";
    },
  },
  {
    name: "somebody whose role was taken signs as before",
    attacks: "rights that outlive a role",
    check: "server/src/admission/project-member.ts",
    expected: signs,
    attack: async (house) => {
      const demoted = await changed(
        house,
        membership(["receptionist"], [house.north]),
      );
      const attribution = demoted.attribution();
      const content = prescribing({}, { [first]: allergy });
      return demoted.answerTo(
        demoted.compose(house.patient, [
          {
            key: "prescribing",
            set: encodeStatement({ attribution, content }),
          },
        ]),
      );
    },
  },
  {
    name: "a membership in conflict used at its best",
    attacks: "rights gained by disagreeing",
    check: "server/src/admission/project-member.ts: cautious",
    expected: signs,
    attack: async (house) => {
      const { admin, north } = house;
      const actor = await house.hire(house, ["receptionist"], [north]);
      const member = memberOf(actor);
      const heads = member.index.heads();
      for (const roles of [
        ["clinician", "receptionist"],
        ["receptionist", "technician"],
      ] as const)
        await admin.pushAccepted(
          admin.sign(member, "membership", membership(roles, [north]), {
            heads,
            actor: admin.newActor(),
          }),
        );
      const attribution = actor.attribution();
      const content = prescribing({}, { [first]: allergy });
      return actor.answerTo(
        actor.compose(house.patient, [
          {
            key: "prescribing",
            set: encodeStatement({ attribution, content }),
          },
        ]),
      );
    },
  },
];

export const outsiderCases: readonly HostileCase[] = [...unseen, ...leavers];

/** Changes that read well and lie about where they stand: sequence, dependencies, operations named, what they create. */
import { patient, type ActorId, type OpId } from "@suture/schema";
import { Replica } from "../../src/admission/author.test-support.ts";
import { prescribing } from "../../src/admission/contents.test-support.ts";
import type { PushedChange } from "../../src/admission/judgement.ts";
import { type Actor, codeOf, firstActor } from "./actor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";

const index = "schema/src/change/index-change.ts";

type Compose = Parameters<Actor["compose"]>;

/** One edit of the clinician's patient, composed with something about it wrong. */
function edited(at: Compose[2]): HostileCase["attack"] {
  return ({ clinician, patient: record }) =>
    clinician.answerTo(
      clinician.compose(record, [{ key: "maritalStatus", set: "M" }], at),
    );
}

const sequence: readonly HostileCase[] = [
  {
    name: "a gap in an actor's sequence",
    attacks: "Automerge, which panics",
    check: `${index}: judgeSequence`,
    expected: "refused sequence-gap: its actor's earlier changes are not here",
    attack: edited({ seq: 7 }),
  },
  {
    name: "a sequence number used again by the device itself",
    attacks: "equivocation: two histories under one name",
    check: `${index}: judgeSequence`,
    expected:
      "refused sequence-fork: its actor has already used this sequence number",
    attack: async (house) => {
      const liar = await house.onFreshDevice(house.clinician);
      const replica = await liar.newRecord(patient, house.organizationId);
      return liar.answerTo(
        liar.compose(replica, [{ key: "maritalStatus", set: "M" }], {
          actor: firstActor(replica),
          seq: 1,
        }),
      );
    },
  },
  {
    name: "a device that equivocated goes on as if nothing were",
    attacks: "whoever believes the second story",
    check: "server/src/admission/quarantine.ts",
    expected: "device-quarantined",
    attack: async (house) => {
      const liar = await house.onFreshDevice(house.clinician);
      const replica = await liar.newRecord(patient, house.organizationId);
      const actor = firstActor(replica);
      await liar.push([
        liar.compose(replica, [{ key: "maritalStatus", set: "M" }], {
          actor,
          seq: 1,
        }),
      ]);
      const { pushed } = liar.create(patient, {
        parentId: house.organizationId,
      });
      return codeOf(await liar.answerTo(pushed));
    },
  },
  {
    name: "a fork under a colleague's actor, to have their device locked out",
    attacks: "the colleague: quarantine as a weapon",
    check: "server/src/admission/quarantine.ts: only the actor's own device",
    expected: "accepted",
    attack: async (house) => {
      const victim = await house.onFreshDevice(house.clinician);
      const replica = await victim.newRecord(patient, house.organizationId);
      await house.manager.push([
        house.manager.compose(replica, [{ key: "maritalStatus", set: "M" }], {
          actor: firstActor(replica),
          seq: 1,
        }),
      ]);
      return victim.answerTo(victim.setField(replica, "maritalStatus", "S"));
    },
  },
  {
    name: "a change beside its actor's own last one",
    attacks: "the actor's order",
    check: `${index}: judgeSequence, last seen`,
    expected:
      "refused sequence-fork: it does not build on its actor's last change",
    attack: async (house) => {
      const liar = await house.onFreshDevice(house.clinician);
      const replica = await liar.newRecord(patient, house.organizationId);
      const heads = replica.index.heads();
      const actor = liar.newActor();
      await liar.pushAccepted(
        liar.write(replica, [{ key: "maritalStatus", set: "M" }], { actor }),
      );
      return liar.answerTo(
        liar.compose(replica, [{ key: "maritalStatus", set: "S" }], {
          actor,
          seq: 2,
          heads,
        }),
      );
    },
  },
  {
    name: "a change under a colleague's actor",
    attacks: "who wrote what",
    check: "server/src/admission/attribute.ts: judgeActor",
    expected: "actor-of-another",
    attack: async (house) => {
      const { clinician, manager, organizationId } = house;
      const replica = await clinician.newRecord(patient, organizationId);
      return codeOf(
        await manager.answerTo(
          manager.compose(replica, [{ key: "maritalStatus", set: "M" }], {
            actor: firstActor(replica),
            seq: 2,
          }),
        ),
      );
    },
  },
  {
    name: "an actor of another of one's records",
    attacks: "actors that are told apart by record",
    check: "server/src/admission/attribute.ts: judgeActor",
    expected: "actor-of-another",
    attack: async ({ clinician, patient: record, organizationId }) => {
      const other = await clinician.newRecord(patient, organizationId);
      return codeOf(
        await clinician.answerTo(
          clinician.compose(record, [{ key: "maritalStatus", set: "M" }], {
            actor: firstActor(other),
            seq: 1,
          }),
        ),
      );
    },
  },
  {
    name: "an actor of two bytes",
    attacks: "actors that somebody else may draw",
    check: `${index}: actorIdSchema`,
    expected: "refused actor-malformed: the actor id must have 8 to 64 bytes",
    attack: edited({ actor: "aabb" as ActorId }),
  },
  {
    name: "an actor in the name space of the genesis changes",
    attacks: "containers that every device makes alike",
    check: `${index}: isGenesisActor`,
    expected: "refused actor-malformed: the actor id is a genesis actor's",
    attack: edited({ actor: `67656e657369733a${"00".repeat(8)}` as ActorId }),
  },
  {
    name: "a first operation numbered too high",
    attacks: "later edits, which then lose or panic",
    check: `${index}: startOp`,
    expected:
      "refused start-op-wrong: its first operation number does not follow its dependencies",
    attack: edited({ startOp: 2 ** 31 - 9 }),
  },
  {
    name: "a first operation numbered too low",
    attacks: "operations with one name",
    check: `${index}: startOp`,
    expected:
      "refused start-op-wrong: its first operation number does not follow its dependencies",
    attack: edited({ startOp: 2 }),
  },
];

const dependencies: readonly HostileCase[] = [
  {
    name: "a dependency nobody has",
    attacks: "orphans, which stay in every save",
    check: `${index}: missing`,
    expected:
      "refused missing-dependencies: it builds on changes that are not here",
    attack: ({ clinician, patient: record }) => {
      const replica = new Replica(patient, record.recordId);
      clinician.write(replica, [{ key: "recordId", set: record.recordId }], {
        heads: [],
      });
      return clinician.answerTo(
        clinician.compose(replica, [{ key: "maritalStatus", set: "M" }]),
      );
    },
  },
  {
    name: "an edit that builds on nothing",
    attacks: "what its author had seen",
    check: `${index}: judgeRoot`,
    expected:
      "refused no-dependencies: it does not build on the record's creation",
    attack: edited({ heads: [], startOp: 1 }),
  },
  {
    name: "an edit of a record that is not here, building on nothing",
    attacks: "records that begin in the middle",
    check: "server/src/admission/judge-change.ts: judgeOrphan",
    expected: "record-unknown",
    attack: async ({ clinician, patient: record }) => {
      const { bytes } = clinician.compose(
        record,
        [{ key: "maritalStatus", set: "M" }],
        { heads: [], startOp: 1 },
      );
      const recordId = clinician.newRecordId();
      return codeOf(await clinician.answerTo({ recordId, bytes }));
    },
  },
  {
    name: "a change that builds on a refused one",
    attacks: "what was refused, through the back door",
    check: "server/src/admission/judge-change.ts: judgeMissing",
    expected: "depends-on-refused",
    attack: async ({ receptionist, organizationId }) => {
      const replica = await receptionist.newRecord(patient, organizationId);
      const stranded = receptionist.sign(
        replica,
        "prescribing",
        prescribing({}),
      );
      const dependent = receptionist.setField(replica, "maritalStatus", "S");
      return codeOf(await receptionist.answerTo(stranded, dependent));
    },
  },
  {
    name: "a change sent again, ten times in one batch",
    attacks: "work done twice",
    check: "server/src/admission/judge-change.ts: numberOf",
    expected: "duplicate",
    attack: async ({ clinician, organizationId }) => {
      const replica = await clinician.newRecord(patient, organizationId);
      const change = clinician.setField(replica, "maritalStatus", "M");
      return clinician.answerTo(...Array<PushedChange>(10).fill(change));
    },
  },
];

const named: readonly HostileCase[] = [
  {
    name: "an overwritten operation that is nowhere",
    attacks: "Automerge, which panics in the other order",
    check: `${index}: judgeReferences`,
    expected:
      "refused pred-wrong: it names an operation its author could not see, or of another field",
    attack: ({ clinician, patient: record }) =>
      clinician.answerTo(
        clinician.compose(record, [
          {
            key: "maritalStatus",
            set: "M",
            pred: [`1@${"ab".repeat(16)}` as OpId],
          },
        ]),
      ),
  },
  {
    name: "an overwritten operation of another field",
    attacks: "the document, which no longer loads once saved",
    check: `${index}: judgeReferences, same target`,
    expected:
      "refused pred-wrong: it names an operation its author could not see, or of another field",
    attack: ({ clinician, patient: record }) =>
      clinician.answerTo(
        clinician.compose(record, [
          {
            key: "maritalStatus",
            set: "M",
            pred: [`1@${firstActor(record)}` as OpId],
          },
        ]),
      ),
  },
  {
    name: "an overwritten operation that lies beside the change, not behind it",
    attacks: "the conflict, which then does not show",
    check: `${index}: judgeReferences, seen`,
    expected:
      "refused pred-wrong: it names an operation its author could not see, or of another field",
    attack: async ({ clinician, organizationId }) => {
      const replica = await clinician.newRecord(patient, organizationId);
      const heads = replica.index.heads();
      const beside = clinician.newActor();
      await clinician.pushAccepted(
        clinician.write(replica, [{ key: "maritalStatus", set: "M" }], {
          actor: beside,
        }),
        clinician.write(replica, [{ key: "maritalStatus", set: "S" }], {
          actor: clinician.newActor(),
          heads,
        }),
      );
      const own = replica.index
        .heads()
        .filter((head) => replica.index.get(head)?.actor !== beside);
      return clinician.answerTo(
        clinician.compose(
          replica,
          [{ key: "maritalStatus", set: "W", pred: [`4@${beside}` as OpId] }],
          { heads: own, actor: clinician.newActor() },
        ),
      );
    },
  },
];

export const structureCases: readonly HostileCase[] = [
  ...sequence,
  ...dependencies,
  ...named,
];

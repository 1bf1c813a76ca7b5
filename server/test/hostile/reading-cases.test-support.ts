/** Honest requests for what is not one's own: scopes, changes, pages; and proofs of a log that never was. */
import {
  changeHashSchema,
  firstChain,
  joinRestoreRows,
  organizationScope,
  teamScope,
  type ClientMessage,
  type RestoreMessage,
  type ScopeId,
} from "@suture/schema";
import type { Actor } from "./actor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";

const zeros = "0".repeat(64);
const beginning = { epoch: "0".repeat(32), sequence: 0, chain: zeros };
const pull = (scopeId: ScopeId): ClientMessage => ({
  type: "pull",
  scopeId,
  cursor: beginning,
});

/** What a device is told of a scope: of one that is not its own, the same as of one that is nowhere. */
function scopeAnswer(
  by: (house: House) => Actor,
  scopeOf: (house: House) => ScopeId,
): HostileCase["attack"] {
  return async (house) => {
    const socket = await by(house).socket();
    const nowhere = teamScope(by(house).newRecordId());
    const answers: string[] = [];
    for (const scopeId of [scopeOf(house), nowhere]) {
      for (const message of [
        pull(scopeId),
        { type: "pull-snapshot", scopeId, at: null, after: null } as const,
      ]) {
        const from = socket.events.length;
        socket.send(message);
        const event = await socket.next(
          ({ type }) =>
            type === "scope-revoked" ||
            type === "changes" ||
            type === "snapshot" ||
            type === "log-regressed",
          from,
        );
        answers.push(JSON.stringify(event).replaceAll(scopeId, "it"));
      }
    }
    const [answer = ""] = answers;
    const isSame = answers.every((other) => other === answer);
    return `${(JSON.parse(answer) as { type: string }).type}${isSame ? "" : ", otherwise than nowhere"}`;
  };
}

/** The change's bytes, as a fetch by name gives them. */
function fetched(
  by: (house: House) => Actor,
  record: (house: House) => House["patient"],
): HostileCase["attack"] {
  return async (house) => {
    const { recordId, index } = record(house);
    const hash = index.heads()[0] ?? changeHashSchema.parse(zeros);
    const socket = await by(house).socket();
    const answer = await socket.ask(
      { type: "fetch", items: [{ recordId, hash }] },
      "fetched",
    );
    if (typeof answer === "string") return answer;
    return answer.items[0]?.bytes == null ? "nothing" : "the change";
  };
}

function fetchedWhole(
  by: (house: House) => House["stranger"],
): HostileCase["attack"] {
  return async (house) => {
    const { patient, organizationId } = house;
    const socket = await by(house).socket();
    const answer = await socket.ask(
      {
        type: "fetch-records",
        scopeId: organizationScope(organizationId),
        recordIds: [patient.recordId],
      },
      "records",
    );
    if (typeof answer === "string") return answer;
    return answer.records.flatMap(({ changes }) => changes).length === 0
      ? "nothing"
      : "the record";
  };
}

const reads: readonly HostileCase[] = [
  {
    name: "a pull of another organization's log",
    attacks: "another organization's patients",
    check: "server/src/gateway/sync/send-pages.ts: answerPull",
    expected: "scope-revoked",
    attack: scopeAnswer(
      ({ stranger }) => stranger,
      ({ organizationId }) => organizationScope(organizationId),
    ),
  },
  {
    name: "a pull of another team's log",
    attacks: "another clinic's appointments",
    check: "server/src/gateway/sync/access.ts: teams",
    expected: "scope-revoked",
    attack: scopeAnswer(
      ({ southern }) => southern,
      ({ north }) => teamScope(north),
    ),
  },
  {
    name: "a fetch of another organization's change",
    attacks: "another organization's patients",
    check: "server/src/gateway/sync/answer-request.ts: memberships",
    expected: "nothing",
    attack: fetched(
      ({ stranger }) => stranger,
      ({ patient: record }) => record,
    ),
  },
  {
    name: "a fetch of a patient's change by a technician",
    attacks: "patients",
    check: "server/src/gateway/sync/answer-request.ts: mayRead",
    expected: "nothing",
    attack: fetched(
      ({ technician }) => technician,
      ({ patient: record }) => record,
    ),
  },
  {
    name: "a fetch of a whole record of another organization",
    attacks: "another organization's patients",
    check: "server/src/gateway/sync/answer-request.ts: answerFetchRecords",
    expected: "nothing",
    attack: fetchedWhole(({ stranger }) => stranger),
  },
  {
    name: "a technician's fetch of a whole patient",
    attacks: "patients",
    check: "server/src/log/read-snapshot.ts: wholeRecord",
    expected: "nothing",
    attack: fetchedWhole(({ technician }) => technician),
  },
  {
    name: "a technician's snapshot of the organization",
    attacks: "patients",
    check: "server/src/log/read-snapshot.ts: mayRead",
    expected: "without the patient",
    attack: async ({ technician, organizationId, patient: record }) => {
      const socket = await technician.socket();
      const answer = await socket.ask(
        {
          type: "pull-snapshot",
          scopeId: organizationScope(organizationId),
          at: null,
          after: null,
        },
        "snapshot",
      );
      if (typeof answer === "string") return answer;
      const ids = answer.records.map(({ recordId }) => recordId);
      if (ids.length === 0) return "nothing at all";
      return ids.includes(record.recordId)
        ? "with the patient"
        : "without the patient";
    },
  },
  {
    name: "a technician's page of the organization's log",
    attacks: "patients",
    check: "server/src/log/read-log.ts: mayRead",
    expected: "without the patient's bytes",
    attack: async ({ technician, organizationId, patient: record }) => {
      const socket = await technician.socket();
      const welcome = socket.events.find(({ type }) => type === "welcome");
      if (welcome?.type !== "welcome") return "no welcome";
      const scopeId = organizationScope(organizationId);
      const end = welcome.scopes.find(
        (scope) => scope.scopeId === scopeId,
      )?.end;
      if (end === undefined) return "no scope";
      const regressed = await socket.ask(
        { type: "pull", scopeId, cursor: { ...end, chain: zeros } },
        "log-regressed",
      );
      if (typeof regressed === "string") return regressed;
      const cursor = regressed.samples.at(-1);
      if (cursor === undefined) return "no beginning";
      const page = await socket.ask(
        { type: "pull", scopeId, cursor },
        "changes",
      );
      if (typeof page === "string") return page;
      const row = page.rows.find(
        ({ recordId }) => recordId === record.recordId,
      );
      if (row === undefined) return "without the row";
      return row.bytes === null && !row.isReadable
        ? "without the patient's bytes"
        : "with the patient's bytes";
    },
  },
];

/** The last checkpoint a device was sent, as the proof of a restore. */
async function proofOf(
  by: Actor,
  scopeId: ScopeId,
): Promise<Pick<RestoreMessage, "jws" | "proof">> {
  const socket = await by.socket();
  const isFitting = (event: (typeof socket.events)[number]) =>
    event.type === "checkpoint" &&
    event.proofs.some(({ leaf }) => leaf.scopeId === scopeId);
  const event = await socket.next(isFitting, 0);
  if (event.type !== "checkpoint") throw new Error("no checkpoint");
  const proof = event.proofs.find(({ leaf }) => leaf.scopeId === scopeId);
  if (proof === undefined) throw new Error("no proof");
  return { jws: event.jws, proof };
}

/** A restore of one row that never was, with parts of its proof replaced. */
function restored(
  by: (house: House) => Actor,
  change: (honest: RestoreMessage, house: House) => Partial<RestoreMessage>,
): HostileCase["attack"] {
  return async (house) => {
    const { manager, organizationId, patient: record } = house;
    const scopeId = organizationScope(organizationId);
    const { jws, proof } = await proofOf(house.admin, scopeId);
    const honest: RestoreMessage = {
      type: "restore",
      from: proof.leaf.log,
      rows: "",
      jws,
      proof,
    };
    const forged = {
      recordId: record.recordId,
      hash: changeHashSchema.parse("ab".repeat(32)),
      memberId: manager.signer.memberId,
      deviceId: manager.device.deviceId,
    };
    const { epoch, sequence } = proof.leaf.log;
    const from = { epoch, sequence: 0, chain: firstChain(scopeId, epoch) };
    const socket = await by(house).socket();
    const answer = await socket.ask(
      {
        ...honest,
        from,
        rows: joinRestoreRows(Array<typeof forged>(sequence).fill(forged)),
        ...change(honest, house),
      },
      "restorable",
    );
    if (typeof answer === "string") return answer;
    return answer.isProven ? "proven" : "not proven";
  };
}

const restores: readonly HostileCase[] = [
  {
    name: "a restore whose rows do not hash to the checkpoint",
    attacks: "changes let in under somebody else's name",
    check: "server/src/admission/restore.ts: rowsUpTo",
    expected: "not proven",
    attack: restored(
      ({ admin }) => admin,
      () => ({}),
    ),
  },
  {
    name: "a restore with a checkpoint signed by nobody",
    attacks: "changes let in under somebody else's name",
    check: "server/src/audit/checkpoint-verifier.ts: signature",
    expected: "not proven",
    attack: restored(
      ({ admin }) => admin,
      ({ jws, from }) => ({
        jws: `${jws.split(".").slice(0, 2).join(".")}.${"A".repeat(86)}`,
        from,
        rows: "",
      }),
    ),
  },
  {
    name: "a restore whose leaf is not in the checkpoint's root",
    attacks: "changes let in under somebody else's name",
    check: "server/src/audit/checkpoint-verifier.ts: path",
    expected: "not proven",
    attack: restored(
      ({ admin }) => admin,
      ({ proof, from }) => ({
        from,
        rows: "",
        proof: {
          ...proof,
          leaf: { ...proof.leaf, auditSequence: proof.leaf.auditSequence + 1 },
        },
      }),
    ),
  },
  {
    name: "a restore by a stranger who has seen a checkpoint",
    attacks: "another organization's log",
    check: "server/src/admission/admit-batch.ts: allowRestore, member",
    expected: "not proven",
    attack: restored(
      ({ stranger }) => stranger,
      ({ from }) => ({ from, rows: "" }),
    ),
  },
  {
    name: "a restore of nothing, rightly proven, gives nobody anything",
    attacks: "nothing: the cases above differ from this one in one thing each",
    check: "none",
    expected: "proven",
    attack: restored(
      ({ admin }) => admin,
      ({ from }) => ({ from, rows: "" }),
    ),
  },
];

export const readingCases: readonly HostileCase[] = [...reads, ...restores];

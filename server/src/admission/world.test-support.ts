/** For tests: an admission over a store, an organization in it, and members who push. */
import {
  createRecordTypes,
  deviceIdSchema,
  ok,
  personIdSchema,
  randomUuid,
  recordIdFromBytes,
  sutureRecords,
} from "@suture/schema";
import type {
  Content,
  Random,
  RecordId,
  RecordType,
  Role,
  Store,
  Verdict,
} from "@suture/schema";
import { appendAudit } from "../audit/append-audit.ts";
import { reconcileReviews } from "../review/reconcile-reviews.ts";
import {
  createAdmission,
  type Admission,
  type AdmissionDeps,
  type AdmissionOutcome,
  type MemberDirectory,
} from "./admit-batch.ts";
import {
  seededRandom,
  TestAuthor,
  type Replica,
} from "./author.test-support.ts";
import type { Author, PushedChange } from "./judgement.ts";
import { createInlineTrial } from "./trial/inline-trial.ts";

export const types = createRecordTypes(sutureRecords);

export function typeOf(name: string): RecordType {
  const type = types.get(name);
  if (type === undefined) throw new Error(`no type ${name}`);
  return type;
}

/** Somebody with a device, who composes and pushes. */
export class Colleague extends TestAuthor {
  readonly author: Author;
  readonly #admission: Admission;

  constructor(
    admission: Admission,
    random: Random,
    memberId: RecordId,
    author: Author,
  ) {
    super({ memberId, deviceId: author.deviceId }, random);
    this.#admission = admission;
    this.author = author;
  }

  admit(...changes: readonly PushedChange[]): Promise<AdmissionOutcome> {
    return this.#admission.admit(this.author, changes);
  }

  async push(...changes: readonly PushedChange[]): Promise<readonly Verdict[]> {
    return (await this.admit(...changes)).verdicts;
  }
}

export interface World {
  readonly store: Store;
  readonly admission: Admission;
  readonly random: Random;
  readonly organizationId: RecordId;
  readonly organization: Replica;
  readonly teamId: RecordId;
  readonly admin: Colleague;
  readonly directory: MemberDirectory;
  /** Another member with these roles, in the first team unless said otherwise. */
  hire(
    roles: readonly Role[],
    options?: { readonly teamIds?: readonly RecordId[] },
  ): Promise<Colleague & { readonly member: Replica }>;
  /** The same person on another device. */
  onAnotherDevice(colleague: Colleague): Colleague;
}

export interface Founded {
  readonly founder: Colleague;
  readonly organization: Replica;
  readonly batch: readonly PushedChange[];
  readonly teamId: RecordId;
}

export function createWorldDeps(
  store: Store,
  seed = 1,
): AdmissionDeps & { readonly random: Random } {
  let nowMs = 1_800_000_000_000;
  return {
    store,
    types,
    clock: { now: () => (nowMs += 1) },
    random: seededRandom(seed),
    directory: createMemoryDirectory(),
    appendAudit,
    reconcileReviews,
    verifyCheckpoint: async () => null,
    trial: createInlineTrial(),
    yieldTurn: async () => undefined,
  };
}

/** A founder's first batch: organization, first admin, first team. Not pushed yet. */
export function composeFounding(admission: Admission, random: Random): Founded {
  const founder = new Colleague(
    admission,
    random,
    recordIdFromBytes(random.bytes(16)),
    newAuthor(random),
  );
  const teamId = founder.newRecordId();
  const organization = founder.create(typeOf("organization"), {
    parentId: null,
    fields: { name: "St. Anne" },
  });
  const { recordId } = organization.replica;
  const member = founder.create(typeOf("member"), {
    parentId: recordId,
    recordId: founder.signer.memberId,
    statements: { membership: membership(["admin"], [teamId]) },
  });
  const team = founder.create(typeOf("team"), {
    parentId: recordId,
    recordId: teamId,
  });
  return {
    founder,
    organization: organization.replica,
    batch: [organization.pushed, member.pushed, team.pushed],
    teamId,
  };
}

export async function createWorld(deps: AdmissionDeps): Promise<World> {
  const { store, random, directory } = deps;
  const admission = createAdmission(deps);
  const { founder, organization, batch, teamId } = composeFounding(
    admission,
    random,
  );
  expectAccepted(await founder.push(...batch));
  const organizationId = organization.recordId;
  return {
    store,
    admission,
    random,
    organizationId,
    organization,
    teamId,
    admin: founder,
    directory,
    async hire(roles, { teamIds = [teamId] } = {}) {
      const { replica, pushed } = founder.create(typeOf("member"), {
        parentId: organizationId,
        statements: { membership: membership(roles, teamIds) },
      });
      expectAccepted(await founder.push(pushed));
      const author = newAuthor(random);
      const memberId = replica.recordId;
      await directory.linkPerson({ organizationId, memberId }, author.personId);
      const colleague = new Colleague(admission, random, memberId, author);
      return Object.assign(colleague, { member: replica });
    },
    onAnotherDevice: ({ author, signer }) =>
      new Colleague(admission, random, signer.memberId, {
        ...author,
        deviceId: newDeviceId(random),
      }),
  };
}

export function membership(
  roles: readonly Role[],
  teamIds: readonly RecordId[],
): Content {
  return { roles: [...roles].sort(), teams: [...teamIds].sort(), active: true };
}

export function newAuthor(random: Random): Author {
  const personId = personIdSchema.parse(randomUuid(random));
  return { personId, deviceId: newDeviceId(random) };
}

export function expectAccepted(verdicts: readonly Verdict[]): void {
  const others = verdicts.filter(({ verdict }) => verdict !== "accepted");
  if (others.length > 0)
    throw new Error(`not accepted: ${JSON.stringify(others)}`);
}

/** `accepted`, or the code. */
export function answers(verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.map((verdict) =>
    "code" in verdict ? verdict.code : verdict.verdict,
  );
}

export function createMemoryDirectory(): MemberDirectory {
  const memberships: {
    personId: string;
    organizationId: RecordId;
    memberId: RecordId;
  }[] = [];
  return {
    async membersOfPerson(personId) {
      return memberships.filter((held) => held.personId === personId);
    },
    async linkPerson({ organizationId, memberId }, personId) {
      const held = memberships.find((other) => other.memberId === memberId);
      if (held === undefined)
        memberships.push({ personId, organizationId, memberId });
      return held === undefined || held.personId === personId
        ? ok(undefined)
        : { ok: false, error: "linked" };
    },
  };
}

function newDeviceId(random: Random) {
  return deviceIdSchema.parse(randomUuid(random));
}

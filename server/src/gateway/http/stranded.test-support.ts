/** For tests: work that is refused because its author's membership ended while they were away. */
import {
  decodeChange,
  defaultChangeLimits,
  type ChangeHash,
  type RecordId,
} from "@suture/schema";
import { expect } from "vitest";

import type { Replica } from "../../admission/author.test-support.ts";
import type { PushedChange } from "../../admission/judgement.ts";
import {
  answers,
  expectAccepted,
  membership,
} from "../../admission/world.test-support.ts";
import {
  createHttpWorld,
  type Answer,
  type Asker,
  type HttpWorld,
} from "./http-world.test-support.ts";

export const reason = "taken over from a colleague who has left";

export interface StrandedWorld extends HttpWorld {
  readonly organizationId: RecordId;
  /** A clinician, who will leave. */
  readonly anna: Asker;
  /** Who is a clinician too. */
  readonly manager: Asker;
  /** Of Anna's. */
  readonly patient: Replica;
  /** What somebody wrote while they were away, pushed after they had lost their membership. */
  strand(
    who: Asker,
    ...changes: readonly PushedChange[]
  ): Promise<readonly ChangeHash[]>;
  list(asker: Pick<Asker, "get">, query?: string): Promise<Answer>;
  /** One piece of work, or what can be asked of it. */
  pathOf(hash: string | undefined, what?: string): string;
  adopt(who: Asker, hash: string | undefined, why?: string): Promise<Answer>;
}

export async function createStrandedWorld(): Promise<StrandedWorld> {
  const world = await createHttpWorld();
  const { admin, organizationId } = world.world;
  const anna = await world.join(["clinician"]);
  const manager = await world.join(["clinician", "manager"]);
  const path = `/v1/organizations/${organizationId}/stranded`;
  const pathOf = (hash = "", what = "") => `${path}/${hash}${what}`;
  return {
    ...world,
    organizationId,
    anna,
    manager,
    patient: await world.newPatient(anna),
    async strand({ member, colleague }, ...changes) {
      const gone = { ...membership([], []), active: false };
      expectAccepted(await admin.push(admin.sign(member, "membership", gone)));
      const refused = await colleague.push(...changes);
      expect(new Set(answers(refused))).toEqual(new Set(["not-permitted"]));
      return changes.map(hashOf);
    },
    list: (asker, query = "") => asker.get(`${path}${query}`),
    pathOf,
    adopt: (who, hash, why = reason) =>
      who.post(pathOf(hash, "/adopt"), { reason: why }),
  };
}

export function hashOf({ bytes }: PushedChange): ChangeHash {
  const change = decodeChange(bytes, defaultChangeLimits);
  if (!change.ok) throw new Error(change.error.reason);
  return change.value.hash;
}

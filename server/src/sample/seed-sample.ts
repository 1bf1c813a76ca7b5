/**
 * Gives an empty server an organization to look at: two clinics, a service group, people of every role who can sign in, and
 * open questions in the review queue. Everything goes through identity and admission, as if people had done it. SPEC OP-6.
 *
 * Only an empty server is given one, once. The moment it began is kept, and everything but that moment is the same in every
 * installation: cut off in the middle, it is taken up at the next start with the same bytes, which admission knows.
 */
import {
  deviceIdSchema,
  randomUuid,
  type Clock,
  type Store,
} from "@suture/schema";
import type { Admission } from "../admission/admit-batch.ts";
import { identityPartition } from "../identity/identity-tables.ts";
import type { Identity } from "../identity/identity.ts";
import {
  sampleEmail,
  samplePassword,
  samplePeople,
  type SamplePersonKey,
} from "./sample-people.ts";
import { createSampleRandom } from "./sample-random.ts";
import { SampleHouse } from "./sample-house.ts";
import { sampleTable } from "./sample-table.ts";

export interface SampleDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly identity: Pick<Identity, "signUp" | "signIn" | "invitations">;
  readonly admission: Pick<Admission, "admit">;
}

/** Whether this server has the sample organization, now or from an earlier start. */
export async function seedSample(deps: SampleDeps): Promise<boolean> {
  const begun = await begin(deps);
  if (begun === undefined) return false;
  if (begun.isDone) return true;
  const random = createSampleRandom("suture sample organization");
  const deviceId = deviceIdSchema.parse(randomUuid(random));
  const house = new SampleHouse(random, deviceId, begun.begunAtMs);

  for (const person of samplePeople) {
    const personId = await accountOf(deps, person);
    const author = { personId, deviceId };
    house.authors.set(person.key, author);
    if (person.key === "admin")
      await admit(deps, house, "admin", house.found());
  }
  await admit(deps, house, "admin", house.hire());
  for (const [key, { personId }] of house.authors) {
    const linked = await deps.identity.invitations.linkPerson(
      {
        organizationId: house.organizationId,
        memberId: house.memberIdOf(key),
      },
      personId,
    );
    if (!linked.ok) throw new Error("a sample member is somebody else");
  }
  for (const { by, changes } of house.work())
    await admit(deps, house, by, changes);
  await deps.store.write(identityPartition, (tx) =>
    tx.put(sampleTable, ["sample"], { ...begun, isDone: true }),
  );
  return true;
}

/** Undefined for a server that held something before it could be given a sample. */
async function begin({ store, clock }: SampleDeps) {
  const partitions = await store.listPartitions();
  const isEmpty = partitions.every((name) => name === identityPartition);
  return store.write(identityPartition, async (tx) => {
    const known = await tx.get(sampleTable, ["sample"]);
    if (known !== undefined || !isEmpty) return known;
    const begun = { begunAtMs: clock.now(), isDone: false };
    await tx.put(sampleTable, ["sample"], begun);
    return begun;
  });
}

async function accountOf(
  { identity }: SampleDeps,
  person: (typeof samplePeople)[number],
) {
  const email = sampleEmail(person);
  const password = samplePassword;
  const fresh = await identity.signUp({ email, password, name: person.name });
  if (fresh.ok) return fresh.value;
  // Made by an earlier start that did not come to its end.
  const session = await identity.signIn({ email, password });
  if (!session.ok) throw new Error("a sample account is somebody else's");
  return session.value.personId;
}

async function admit(
  { admission }: SampleDeps,
  house: SampleHouse,
  by: SamplePersonKey,
  changes: ReturnType<SampleHouse["found"]>,
): Promise<void> {
  const author = house.authors.get(by);
  if (author === undefined) throw new Error("a sample person has no account");
  const { verdicts } = await admission.admit(author, changes);
  const refused = verdicts.find(({ verdict }) => verdict === "refused");
  if (refused?.verdict === "refused")
    throw new Error(`the sample was refused: ${refused.code}`);
}

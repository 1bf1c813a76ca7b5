/** A patient of whom two statements stand side by side. */
import { patient, type OpId } from "@suture/schema";
import type { Replica } from "../../src/admission/author.test-support.ts";
import {
  first,
  medication,
  prescribing,
  second,
} from "../../src/admission/contents.test-support.ts";
import type { House } from "./house.test-support.ts";

const group = "prescribing";

/** A patient with two statements side by side, and the operations that are live. */
export async function inConflict(
  house: House,
): Promise<{ readonly replica: Replica; readonly live: readonly OpId[] }> {
  const { clinician } = house;
  const replica = await clinician.newRecord(patient, house.organizationId);
  const heads = replica.index.heads();
  for (const [entryId, name] of [
    [first, "metformin"],
    [second, "insulin"],
  ] as const)
    await clinician.pushAccepted(
      clinician.sign(
        replica,
        group,
        prescribing({ [entryId]: medication(name) }),
        { heads, actor: clinician.newActor() },
      ),
    );
  return { replica, live: replica.index.liveAt(replica.index.heads(), group) };
}

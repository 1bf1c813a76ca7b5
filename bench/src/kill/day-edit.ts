import type { Saved, SaveProblem, SutureRecord } from "@suture/client";
import type { patient, Result } from "@suture/schema";

/** One save of two changes: a phone number, which merges, and a problem, which is signed. Both are there, or neither is. */
export async function dayEdit(
  record: SutureRecord<typeof patient>,
  number: number,
): Promise<Result<Saved, SaveProblem>> {
  const form = await record.edit();
  form.draft.telecom.set({
    status: "active",
    system: "phone",
    value: `+263 77 ${number}`,
  });
  form.draft.prescribing.problems.add({
    clinicalStatus: "active",
    verificationStatus: "confirmed",
    code: { text: `Problem ${number}` },
  });
  return form.save();
}

/** Whether a record holds of each save both changes, or neither. */
export function isWhole(record: SutureRecord<typeof patient>): boolean {
  const prescribing = record.group("prescribing");
  if (prescribing.status !== "settled") return false;
  const numbers = Object.values(record.fields.telecom).map(({ value }) =>
    value?.split(" ").at(-1),
  );
  const problems = Object.values(prescribing.content.problems).map(({ code }) =>
    code?.text?.split(" ").at(-1),
  );
  return (
    numbers.length === problems.length &&
    numbers.every((number) => problems.includes(number))
  );
}

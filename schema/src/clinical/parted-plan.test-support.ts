import type { ChangeHash, OpId } from "../ids.ts";
import { readGroup } from "./read-group.ts";
import {
  active,
  chart,
  emptyPlan,
  entryIdAt,
  History,
  type PlanContent,
} from "./written-history.test-support.ts";

export const [aspirin, warfarin, penicillin, nuts] = [1, 2, 3, 4].map(
  entryIdAt,
) as [string, string, string, string];

export const onAspirin: PlanContent = {
  ...emptyPlan,
  drugs: { [aspirin]: active("aspirin") },
};
export const andWarfarin: PlanContent = {
  ...onAspirin,
  drugs: { ...onAspirin.drugs, [warfarin]: active("warfarin") },
};
export const allergic: PlanContent = {
  ...onAspirin,
  allergies: { [penicillin]: active("penicillin") },
};

/** A settled plan, and two people who changed it apart. */
export function parted(
  left: PlanContent = andWarfarin,
  right: PlanContent = allergic,
) {
  const history = new History();
  const first = history.sign({ deps: [history.creation], content: onAspirin });
  const one = history.sign({ deps: [first], content: left });
  const other = history.sign({ deps: [first], content: right });
  return { history, first, one, other, both: [one, other].sort() };
}

export function reading(history: History) {
  return readGroup(chart.groups.plan, history.fold.live("plan"), history.fold);
}

export function signedIn(history: History, hash: ChangeHash): OpId {
  const opId = history.index.get(hash)?.statements["plan"]?.opId;
  if (opId === undefined) throw new Error("it signs no plan");
  return opId;
}

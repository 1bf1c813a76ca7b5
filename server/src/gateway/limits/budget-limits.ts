/** What one device, one person and one organization may ask of a server. Not per address: a hospital is one. SPEC LM-1, LM-5. */
export type BudgetKind = "requests" | "changes" | "bytes" | "workMs";

export type Cost = Readonly<Record<BudgetKind, number>>;

export interface Allowance {
  /** After a rest, before anybody waits: a device back from weeks offline, a whole site back at once. */
  readonly atOnce: number;
  /** In the long run. */
  readonly perSecond: number;
}

export type SubjectKind = "device" | "person" | "organization";

export type BudgetLimits = Readonly<
  Record<SubjectKind, Readonly<Record<BudgetKind, Allowance>>>
>;

/** What opening a session is counted as: tokens and proofs, rights, tasks, colleagues. Not measured: its turns are not its own. */
export const workMsOfOpening = 10;

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

/**
 * A person may use several devices; an organization has hundreds. One device gets a seventh of the work that its organization
 * gets, and 250 devices can each use up what they have at once before the organization has to wait.
 */
export const defaultBudgetLimits: BudgetLimits = {
  device: {
    requests: { atOnce: 2_000, perSecond: 200 },
    changes: { atOnce: 20_000, perSecond: 200 },
    bytes: { atOnce: 256 * mebibyte, perSecond: 4 * mebibyte },
    workMs: { atOnce: 10_000, perSecond: 100 },
  },
  person: {
    requests: { atOnce: 4_000, perSecond: 400 },
    changes: { atOnce: 40_000, perSecond: 400 },
    bytes: { atOnce: 512 * mebibyte, perSecond: 8 * mebibyte },
    workMs: { atOnce: 20_000, perSecond: 200 },
  },
  organization: {
    requests: { atOnce: 500_000, perSecond: 5_000 },
    changes: { atOnce: 5_000_000, perSecond: 5_000 },
    bytes: { atOnce: 64 * gibibyte, perSecond: 64 * mebibyte },
    workMs: { atOnce: 2_500_000, perSecond: 700 },
  },
};

/** The defaults for a machine that can take so many times as much. */
export function budgetLimitsTimes(factor: number): BudgetLimits {
  const { device, person, organization } = defaultBudgetLimits;
  const times = ({ atOnce, perSecond }: Allowance): Allowance => ({
    atOnce: atOnce * factor,
    perSecond: perSecond * factor,
  });
  const all = (of: BudgetLimits[SubjectKind]) => ({
    requests: times(of.requests),
    changes: times(of.changes),
    bytes: times(of.bytes),
    workMs: times(of.workMs),
  });
  return {
    device: all(device),
    person: all(person),
    organization: all(organization),
  };
}

/** Whether a piece of equipment may be used. While that is contested, the worst word counts. SPEC AP-51. */
import type {
  equipment,
  GroupContent,
  GroupReading,
  OperationalStatus,
} from "@suture/schema";

export type FitnessReading = GroupReading<
  (typeof equipment)["groups"]["fitness"]["parts"]
>;
export type Fitness = GroupContent<typeof equipment, "fitness">;

export interface FitnessNow {
  readonly status: OperationalStatus;
  readonly isQuarantined: boolean;
  readonly isContested: boolean;
}

const worstFirst = ["out-of-service", "restricted", "in-service"] as const;

export function fitnessNow(reading: FitnessReading): FitnessNow {
  const contents =
    reading.status === "settled"
      ? [reading.content]
      : reading.candidates.map(({ content }) => content);
  return {
    status:
      worstFirst.find((status) =>
        contents.some(({ operationalStatus }) => operationalStatus === status),
      ) ?? "in-service",
    isQuarantined: contents.some(({ quarantine }) => quarantine !== null),
    isContested: reading.status === "conflict",
  };
}

/** Who works in the sample organization. Nobody of them exists; the domain is reserved for examples (RFC 2606). */
import type { Role } from "@suture/schema";

export type SampleTeam = "north" | "south" | "service";

export interface SamplePerson {
  readonly key: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly teams: readonly SampleTeam[];
}

export const samplePassword = "sample-password";

export function sampleEmail({ key }: SamplePerson): string {
  return `${key}@riverbend.example`;
}

/** The first founds the organization. One of each role comes first; who follows is there to work beside. */
export const samplePeople = [
  {
    key: "admin",
    name: "Sample Admin",
    roles: ["admin"],
    teams: ["north", "south", "service"],
  },
  {
    key: "clinician",
    name: "Sample Clinician (North)",
    roles: ["clinician"],
    teams: ["north", "south"],
  },
  {
    key: "receptionist",
    name: "Sample Receptionist",
    roles: ["receptionist"],
    teams: ["north", "south"],
  },
  {
    key: "technician",
    name: "Sample Technician",
    roles: ["technician"],
    teams: ["service"],
  },
  {
    key: "manager",
    name: "Sample Manager",
    roles: ["manager"],
    teams: ["north", "south", "service"],
  },
  {
    key: "auditor",
    name: "Sample Auditor",
    roles: ["auditor"],
    teams: ["north", "south", "service"],
  },
  {
    key: "clinician-south",
    name: "Sample Clinician (South)",
    roles: ["clinician"],
    teams: ["north", "south"],
  },
  {
    key: "technician-south",
    name: "Sample Technician (South)",
    roles: ["technician"],
    teams: ["service"],
  },
  {
    key: "manager-south",
    name: "Sample Manager (South)",
    roles: ["manager"],
    teams: ["north", "south", "service"],
  },
] as const satisfies readonly SamplePerson[];

export type SamplePersonKey = (typeof samplePeople)[number]["key"];

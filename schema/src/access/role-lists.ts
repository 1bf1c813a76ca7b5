/**
 * Role lists that several record types share. Least privilege: a list names who needs it for the work, and whoever does two
 * jobs holds two roles.
 */
import type { Role } from "./role.ts";

/** What everybody in the house may look up: who works where, and which equipment there is. */
export const everyone = [
  "admin",
  "clinician",
  "receptionist",
  "technician",
  "manager",
  "auditor",
] as const satisfies readonly Role[];

/** Who arranges care. */
export const careTeam = [
  "clinician",
  "receptionist",
  "manager",
] as const satisfies readonly Role[];

/** Who may look at people and their appointments: neither technicians nor, for that office alone, admins. */
export const careReaders = [
  "clinician",
  "receptionist",
  "manager",
  "auditor",
] as const satisfies readonly Role[];

/** Who repairs. */
export const serviceTeam = [
  "technician",
  "manager",
] as const satisfies readonly Role[];

/** Who may report that something is broken and say more about it. */
export const serviceReporters = [
  "technician",
  "manager",
  "clinician",
] as const satisfies readonly Role[];

/** Who sets up the house: organization, teams, members. */
export const administration = [
  "admin",
  "manager",
] as const satisfies readonly Role[];

/** Who keeps the directory of people at work up to date. */
export const directoryKeepers = [
  "admin",
  "manager",
  "receptionist",
] as const satisfies readonly Role[];

/** Who runs the house: they read what its devices still hold, what was not accepted, and how often people look again. */
export const reportReaders = [
  "manager",
  "admin",
  "auditor",
] as const satisfies readonly Role[];

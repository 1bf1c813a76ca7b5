import { appointment } from "./appointment.ts";
import { equipment } from "./equipment.ts";
import { member } from "./member.ts";
import { organization } from "./organization.ts";
import { patient } from "./patient.ts";
import { profile } from "./profile.ts";
import { serviceJob } from "./service-job.ts";
import { team } from "./team.ts";

/** The record types Suture comes with. An app passes these, some of these, or these and its own to `createRecordTypes`. */
export const sutureRecords = [
  organization,
  team,
  member,
  profile,
  patient,
  appointment,
  equipment,
  serviceJob,
] as const;

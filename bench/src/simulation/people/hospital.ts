/** The hospital that every run begins in: who works there, on which devices, and what has been written down so far. */
import type { StartServer, WorldImage } from "@suture/client/testing";
import type { DeviceId, PersonId, RecordId, Role } from "@suture/schema";
import type { SimulatedServer } from "@suture/server/testing";

export type DeviceName = "office" | "ward" | "mbare" | "tablet" | "workshop";
export type Place = "avondale" | "mbare" | "service";

/** The kinds of records that people write in. */
export type ChartType =
  "patient" | "appointment" | "equipment" | "serviceJob" | "member";

/** A record as people speak of it. */
export interface Chart {
  readonly recordId: RecordId;
  readonly type: ChartType;
  /** "patient 2" */
  readonly name: string;
}

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly personId: PersonId;
  readonly memberId: RecordId;
  /** When the hospital was founded; an admin may have changed it since. */
  readonly roles: readonly Role[];
  readonly teamIds: readonly RecordId[];
  /** Where they are signed in from the start. */
  readonly devices: readonly DeviceName[];
}

export interface Hospital {
  readonly image: WorldImage;
  readonly deviceNames: readonly DeviceName[];
  readonly deviceIds: Readonly<Record<DeviceName, DeviceId>>;
  readonly startServer: StartServer<SimulatedServer>;
  readonly organizationId: RecordId;
  readonly teams: Readonly<Record<Place, RecordId>>;
  readonly people: readonly Person[];
  /** The first of each type are the ones that everybody wants at once. */
  readonly charts: readonly Chart[];
  /** When its image was taken: true time. */
  readonly nowMs: number;
}

/** One for all of them. */
export const password = "a sample pass phrase";

interface CastMember {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly places: readonly Place[];
  readonly devices: readonly [DeviceName, ...DeviceName[]];
}

/** Who works here. Grace founds the organization. Tablets that several hold are handed over; Dr Moyo has one of her own as well. */
export const cast: readonly CastMember[] = [
  {
    name: "Grace",
    roles: ["admin", "manager"],
    places: ["avondale", "mbare", "service"],
    devices: ["office"],
  },
  {
    name: "Blessing",
    roles: ["clinician"],
    places: ["avondale"],
    devices: ["ward"],
  },
  {
    name: "Dr Moyo",
    roles: ["clinician"],
    places: ["avondale", "mbare"],
    devices: ["tablet", "ward"],
  },
  {
    name: "Rutendo",
    roles: ["receptionist"],
    places: ["avondale"],
    devices: ["ward"],
  },
  {
    name: "Dr Sibanda",
    roles: ["clinician", "manager"],
    places: ["mbare"],
    devices: ["mbare"],
  },
  {
    name: "Tendai",
    roles: ["receptionist"],
    places: ["mbare"],
    devices: ["mbare"],
  },
  {
    name: "Tapiwa",
    roles: ["technician"],
    places: ["service"],
    devices: ["workshop"],
  },
  {
    name: "Peter",
    roles: ["admin", "manager"],
    places: ["avondale", "mbare", "service"],
    devices: ["workshop"],
  },
  {
    name: "Simba",
    roles: ["technician", "clinician"],
    places: ["service", "mbare"],
    devices: ["office"],
  },
];

export const deviceNames: readonly DeviceName[] = [
  "office",
  "ward",
  "mbare",
  "tablet",
  "workshop",
];

export function emailOf(name: string): string {
  return `${name.toLowerCase().replaceAll(/[^a-z]/g, "")}@hospital.example`;
}

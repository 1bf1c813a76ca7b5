/** Every page there is, each loaded when it is first wanted, and who finds it in the navigation. */
import { lazy, type ComponentType } from "react";

import {
  appointment,
  equipment,
  mayRead,
  patient,
  serviceJob,
  type Role,
} from "@suture/schema";

import { LoadFailed } from "./load-failed.tsx";

export interface PageProps {
  /** The `:id` of the path; "" where there is none. */
  readonly id: string;
  /** The `:entry` of the path; "" where there is none. */
  readonly entry: string;
}

export interface AppRoute {
  /** wouter's syntax. */
  readonly path: string;
  readonly Page: ComponentType<PageProps>;
}

function page(load: () => Promise<ComponentType<PageProps>>) {
  // What could not be loaded once is not asked for again until the app is: its parts belong together.
  return lazy(async () => ({ default: await load().catch(() => LoadFailed) }));
}

/** The first that fits is shown. */
export const routes: readonly AppRoute[] = [
  {
    path: "/",
    Page: page(async () => (await import("./home-page.tsx")).HomePage),
  },
  {
    path: "/unsent",
    Page: page(
      async () => (await import("./unsent/unsent-page.tsx")).UnsentPage,
    ),
  },
  {
    path: "/patients",
    Page: page(
      async () => (await import("../patients/patients-page.tsx")).PatientsPage,
    ),
  },
  {
    path: "/patients/new",
    Page: page(
      async () =>
        (await import("../patients/new-patient-page.tsx")).NewPatientPage,
    ),
  },
  {
    path: "/patients/:id/identity",
    Page: page(
      async () => (await import("../patients/identity-page.tsx")).IdentityPage,
    ),
  },
  {
    path: "/patients/:id/medication/:entry?",
    Page: page(
      async () =>
        (await import("../patients/sign-page.tsx")).SignMedicationPage,
    ),
  },
  {
    path: "/patients/:id/allergy/:entry?",
    Page: page(
      async () => (await import("../patients/sign-page.tsx")).SignAllergyPage,
    ),
  },
  {
    path: "/patients/:id",
    Page: page(
      async () => (await import("../patients/patient-page.tsx")).PatientPage,
    ),
  },
  {
    path: "/appointments",
    Page: page(
      async () =>
        (await import("../appointments/appointments-page.tsx"))
          .AppointmentsPage,
    ),
  },
  {
    path: "/appointments/new",
    Page: page(
      async () =>
        (await import("../appointments/booking-page.tsx")).BookingPage,
    ),
  },
  {
    path: "/appointments/:id",
    Page: page(
      async () =>
        (await import("../appointments/appointment-page.tsx")).AppointmentPage,
    ),
  },
  {
    path: "/jobs",
    Page: page(async () => (await import("../jobs/jobs-page.tsx")).JobsPage),
  },
  {
    path: "/jobs/:id",
    Page: page(async () => (await import("../jobs/job-page.tsx")).JobPage),
  },
  {
    path: "/equipment",
    Page: page(
      async () =>
        (await import("../equipment/equipment-list-page.tsx"))
          .EquipmentListPage,
    ),
  },
  {
    path: "/equipment/:id",
    Page: page(
      async () =>
        (await import("../equipment/equipment-page.tsx")).EquipmentPage,
    ),
  },
  {
    path: "/reviews",
    Page: page(
      async () => (await import("../reviews/reviews-page.tsx")).ReviewsPage,
    ),
  },
  {
    path: "/reviews/:id",
    Page: page(
      async () => (await import("../reviews/review-page.tsx")).ReviewPage,
    ),
  },
  {
    // The area's own pages: /admin, /admin/people, /admin/devices …
    path: "/admin/*?",
    Page: page(async () => (await import("../admin/admin-page.tsx")).AdminPage),
  },
  {
    path: "/audit/*?",
    Page: page(async () => (await import("../audit/audit-page.tsx")).AuditPage),
  },
];

export type AreaName =
  | "appointments"
  | "patients"
  | "jobs"
  | "equipment"
  | "reviews"
  | "admin"
  | "audit";

export interface Area {
  readonly name: AreaName;
  readonly path: string;
  isFor(roles: ReadonlySet<Role>): boolean;
}

const holdsAny =
  (...wanted: readonly Role[]) =>
  (roles: ReadonlySet<Role>) =>
    wanted.some((role) => roles.has(role));

/** In the order of the navigation. What somebody may not read is not offered; the pages refuse by themselves. */
export const areas: readonly Area[] = [
  {
    name: "appointments",
    path: "/appointments",
    isFor: (roles) => mayRead(appointment, roles),
  },
  {
    name: "patients",
    path: "/patients",
    isFor: (roles) => mayRead(patient, roles),
  },
  { name: "jobs", path: "/jobs", isFor: (roles) => mayRead(serviceJob, roles) },
  {
    name: "equipment",
    path: "/equipment",
    isFor: (roles) => mayRead(equipment, roles),
  },
  {
    name: "reviews",
    path: "/reviews",
    isFor: holdsAny("manager", "clinician", "receptionist", "admin", "auditor"),
  },
  { name: "admin", path: "/admin", isFor: holdsAny("admin", "manager") },
  { name: "audit", path: "/audit", isFor: holdsAny("auditor", "admin") },
];

/** Where somebody's day begins. */
export function homePathOf(roles: ReadonlySet<Role>): string {
  if (roles.has("clinician") || roles.has("receptionist"))
    return "/appointments";
  if (roles.has("technician")) return "/jobs";
  if (roles.has("manager")) return "/reviews";
  if (roles.has("admin")) return "/admin";
  return "/audit";
}

/** Equipment and the jobs on it, of makers that do not exist. */
import type {
  OperationalStatus,
  RequestPriority,
  TaskStatus,
} from "@suture/schema";

export interface SampleEquipment {
  readonly name: string;
  readonly maker: string;
  readonly model: string;
  readonly place: string;
  readonly fitness: OperationalStatus;
  readonly quarantine?: string;
  readonly notice?: string;
}

export const sampleEquipment: readonly SampleEquipment[] = [
  {
    name: "Infusion pump 1",
    maker: "Samplemed",
    model: "SP-200",
    place: "North, room 1",
    fitness: "in-service",
  },
  {
    name: "Infusion pump 2",
    maker: "Samplemed",
    model: "SP-200",
    place: "North, room 2",
    fitness: "out-of-service",
    quarantine: "Alarm did not sound in a test; keep for inspection.",
  },
  {
    name: "Patient monitor",
    maker: "Examplar",
    model: "M7",
    place: "North, room 2",
    fitness: "in-service",
  },
  {
    name: "Ventilator",
    maker: "Examplar",
    model: "V3",
    place: "South, treatment room",
    fitness: "restricted",
    notice: "Sample notice: replace the inlet filter before next use.",
  },
  {
    name: "Defibrillator",
    maker: "Samplemed",
    model: "D1",
    place: "North, reception",
    fitness: "in-service",
  },
  {
    name: "Ultrasound scanner",
    maker: "Fictiv",
    model: "U9",
    place: "South, room 1",
    fitness: "in-service",
  },
  {
    name: "ECG recorder",
    maker: "Fictiv",
    model: "E12",
    place: "South, room 2",
    fitness: "in-service",
  },
  {
    name: "Autoclave",
    maker: "Examplar",
    model: "A18",
    place: "North, sterilisation",
    fitness: "in-service",
  },
  {
    name: "Vaccine refrigerator",
    maker: "Fictiv",
    model: "R60",
    place: "South, pharmacy",
    fitness: "in-service",
  },
  {
    name: "Wheelchair scale",
    maker: "Samplemed",
    model: "W300",
    place: "North, reception",
    fitness: "in-service",
  },
];

export interface SampleJob {
  /** Position in `sampleEquipment`. */
  readonly equipment: number;
  readonly what: string;
  readonly priority: RequestPriority;
  readonly workStatus: TaskStatus;
  /** Whether parts, test and completion are signed. */
  readonly isDone: boolean;
}

export const sampleJobs: readonly SampleJob[] = [
  {
    equipment: 1,
    what: "Alarm did not sound",
    priority: "urgent",
    workStatus: "in-progress",
    isDone: false,
  },
  {
    equipment: 3,
    what: "Replace inlet filter",
    priority: "asap",
    workStatus: "accepted",
    isDone: false,
  },
  {
    equipment: 4,
    what: "Yearly safety test",
    priority: "routine",
    workStatus: "completed",
    isDone: true,
  },
  {
    equipment: 8,
    what: "Temperature log shows gaps",
    priority: "routine",
    workStatus: "requested",
    isDone: false,
  },
];

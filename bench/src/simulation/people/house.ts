/** The hospital during one run: its devices, and the charts that people speak of. */
import type { RecordId } from "@suture/schema";

import type { Run } from "../run.ts";
import { Desk } from "./desk.ts";
import type { Chart, ChartType, Hospital } from "./hospital.ts";
import { Pen } from "./pen.ts";

export class House {
  readonly run: Run;
  readonly hospital: Hospital;
  readonly pen: Pen;
  readonly desks: readonly Desk[];
  /** What everybody wants at once in this run. */
  readonly focus: Focus;
  readonly #charts: Chart[];
  #formCount = 0;

  constructor(run: Run, hospital: Hospital) {
    this.run = run;
    this.hospital = hospital;
    this.pen = new Pen(run.random.fork("people"));
    this.desks = run.world.devices.map((device) => new Desk(this, device));
    this.#charts = [...hospital.charts];
    this.focus = drawFocus(this.pen, hospital);
  }

  /** In the order in which they were opened. */
  get charts(): readonly Chart[] {
    return this.#charts;
  }

  newFormId(): number {
    this.#formCount += 1;
    return this.#formCount;
  }

  /** Names a new record, and remembers it. */
  addChart(type: ChartType, recordId: RecordId): Chart {
    const count = this.#charts.filter((chart) => chart.type === type).length;
    const chart = { recordId, type, name: `${chartNames[type]} ${count + 1}` };
    this.#charts.push(chart);
    return chart;
  }

  /** Mostly what everybody wants. */
  pickChart(): Chart {
    const { random } = this.pen;
    if (random.happens(0.6)) return this.focus.chart;
    return this.pickOfType(random.weighted(typeWeights));
  }

  pickOfType(type: ChartType): Chart {
    const ofType = this.#charts.filter((chart) => chart.type === type);
    const { random } = this.pen;
    return random.pick(random.happens(0.5) ? ofType.slice(0, 1) : ofType);
  }
}

export interface Focus {
  readonly chart: Chart;
  /** A group of it. */
  readonly group: string;
}

const typeWeights = { patient: 5, appointment: 3, equipment: 3, serviceJob: 3 };
const groupsByType = {
  patient: [
    "prescribing",
    "prescribing",
    "prescribing",
    "identity",
    "recordStatus",
  ],
  appointment: ["slot"],
  equipment: ["fitness"],
  serviceJob: ["service"],
};

function drawFocus({ random }: Pen, { charts }: Hospital): Focus {
  const type = random.weighted(typeWeights);
  const chart = charts.find((one) => one.type === type);
  if (chart === undefined) throw new Error(`there is no ${type}`);
  return { chart, group: random.pick(groupsByType[type]) };
}

export const chartNames: Readonly<Record<ChartType, string>> = {
  patient: "patient",
  appointment: "appointment",
  equipment: "ventilator",
  serviceJob: "job",
  member: "member",
};

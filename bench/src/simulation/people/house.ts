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
  readonly #charts: Chart[];
  #formCount = 0;

  constructor(run: Run, hospital: Hospital) {
    this.run = run;
    this.hospital = hospital;
    this.pen = new Pen(run.random.fork("people"));
    this.desks = run.world.devices.map((device) => new Desk(this, device));
    this.#charts = [...hospital.charts];
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

  /** Everybody wants the same few charts most of the time. */
  pickChart(type: ChartType): Chart {
    const ofType = this.#charts.filter((chart) => chart.type === type);
    const { random } = this.pen;
    return random.pick(random.happens(0.75) ? ofType.slice(0, 1) : ofType);
  }
}

export const chartNames: Readonly<Record<ChartType, string>> = {
  patient: "patient",
  appointment: "appointment",
  equipment: "ventilator",
  serviceJob: "job",
  member: "member",
};

/**
 * Those who work in the hospital: clinicians, receptionists, technicians, managers. Each does what the app on their device offers
 * them, most of the time in the same few charts, and whatever they see and are told is written into the journal.
 */
import type { Run, Step } from "../run.ts";
import type { Activity } from "./activity.ts";
import { appSteps } from "./app-steps.ts";
import { chartKinds } from "./chart-kind.ts";
import { formSteps } from "./form-steps.ts";
import { handOverSteps } from "./hand-over-steps.ts";
import { officeSteps } from "./office-steps.ts";
import type { Hospital } from "./hospital.ts";
import { House } from "./house.ts";
import type { Pen } from "./pen.ts";
import { reviewSteps } from "./review-steps.ts";

const triesPerStep = 12;

export class People {
  readonly house: House;
  readonly #activities: ReadonlyMap<string, Activity>;
  readonly #weights: Readonly<Record<string, number>>;

  constructor(options: { readonly run: Run; readonly hospital: Hospital }) {
    const { run, hospital } = options;
    this.house = new House(run, hospital);
    const kinds = chartKinds(hospital);
    const activities = [
      ...formSteps(kinds),
      ...reviewSteps(kinds),
      ...handOverSteps(),
      ...officeSteps(kinds),
      ...appSteps(),
    ];
    this.#activities = new Map(
      activities.map((activity) => [activity.name, activity]),
    );
    this.#weights = drawWeights(activities, this.house.pen);
  }

  /** What somebody does next. Nothing is done before it is run. */
  nextStep(): Step {
    const { desks, pen } = this.house;
    for (let tries = 0; tries < triesPerStep; tries += 1) {
      const desk = pen.random.pick(desks);
      const activity = this.#activities.get(pen.random.weighted(this.#weights));
      const step = activity?.offer(desk);
      if (step) return step;
    }
    return {
      name: "pause",
      words: "nobody does anything",
      run: () => Promise.resolve(),
    };
  }
}

/** Runs differ in what people do: where some things never happen, others happen often enough to meet each other. */
function drawWeights(
  activities: readonly Activity[],
  { random }: Pen,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    activities.map(({ name, weight, isAlways = false }) => [
      name,
      isAlways ? weight : weight * random.pick([0, 1, 1, 1, 4]),
    ]),
  );
}

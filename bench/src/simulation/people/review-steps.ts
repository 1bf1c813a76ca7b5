/** What people do about open questions: settle conflicts, at once or later, and work on while one is open. */
import { unfinished } from "@suture/client/testing";
import type { Review } from "@suture/client";
import { groupOf, mayResolve, type RecordId } from "@suture/schema";

import { done, type Activity } from "./activity.ts";
import type { ChartKind } from "./chart-kind.ts";
import type { Desk } from "./desk.ts";
import type { Chart, ChartType } from "./hospital.ts";

type Kinds = Readonly<Record<ChartType, ChartKind>>;

export function reviewSteps(kinds: Kinds): readonly Activity[] {
  return [
    {
      name: "review",
      weight: 9,
      offer: (desk) =>
        lookingAtReviews("review", desk, kinds, async (question) => {
          if (question.kind !== "conflict")
            return answer(desk, kinds, question);
          const { chart, group } = question;
          const kind = kinds[chart.type];
          const review = await kind.openReview(desk, chart, group);
          if (review === undefined) return;
          if (desk.house.pen.random.happens(0.6)) await review.settle();
          else desk.leaveReviewOpen(review);
        }),
    },
    {
      name: "settle-review",
      weight: 5,
      offer(desk) {
        const { person } = desk;
        const { random } = desk.house.pen;
        if (person === undefined || desk.reviews.length === 0) return null;
        const review = random.pick(desk.reviews);
        if (review.person.personId !== person.personId) return null;
        return done(
          "settle-review",
          desk,
          person,
          `settles the conflict left open about ${review.group} of ${review.chart.name}`,
          async () => {
            desk.closeReview(review);
            await review.settle();
          },
        );
      },
    },
    {
      name: "edit-candidate",
      weight: 3,
      offer: (desk) =>
        lookingAtReviews("edit-candidate", desk, kinds, async (question) => {
          if (question.kind !== "conflict") return;
          const { chart, group } = question;
          const kind = kinds[chart.type];
          const form = await kind.openCandidate(desk, chart, group);
          if (form === undefined || form.write(group) === null) return;
          if (desk.house.pen.random.happens(0.7)) await form.save();
          else desk.leaveOpen(form);
        }),
    },
  ];
}

interface Question {
  readonly kind: "conflict" | "double-booking" | "new-result" | "attendance";
  readonly chart: Chart;
  readonly group: string;
}

function lookingAtReviews(
  name: string,
  desk: Desk,
  kinds: Kinds,
  work: (question: Question) => Promise<void>,
) {
  const { person, client } = desk;
  if (person === undefined || client === undefined) return null;
  return done(
    name,
    desk,
    person,
    `looks at what is to be reviewed`,
    async () => {
      const reviews = await desk.attempt(() => client.reviews.list());
      if (reviews === unfinished || desk.client !== client) return;
      const { pen, run } = desk.house;
      const questions = reviews
        .flatMap((review) => questionOf(desk, kinds, review))
        .toSorted((left, right) => compare(textOf(left), textOf(right)));
      if (questions.length === 0) return;
      const conflicts = questions.filter(({ kind }) => kind === "conflict");
      const question = pen.random.pick(
        conflicts.length > 0 && pen.random.happens(0.7) ? conflicts : questions,
      );
      run.tally.count(`seen:${question.kind}`);
      await work(question);
    },
  );
}

/** Of what people here know how to settle, and most of the time may. */
function questionOf(
  desk: Desk,
  kinds: Kinds,
  review: Review,
): readonly Question[] {
  const about = review.source === "server" ? review.task : review;
  const kind = review.source === "server" ? review.task.kind : "conflict";
  const type = about.recordType;
  if (!isChartType(kinds, type)) return [];
  const groupName = "group" in about ? about.group : "slot";
  const group = groupOf(kinds[type].type, groupName);
  const isOffered =
    group !== undefined &&
    (mayResolve(group, desk.roles) || desk.house.pen.random.happens(0.1));
  return isOffered
    ? [{ kind, chart: chartOf(desk, type, about.recordId), group: groupName }]
    : [];
}

function chartOf(desk: Desk, type: ChartType, recordId: RecordId): Chart {
  return (
    desk.house.charts.find((chart) => chart.recordId === recordId) ??
    desk.house.addChart(type, recordId)
  );
}

/** Other questions go away when somebody who has seen what they are about signs anew. */
async function answer(
  desk: Desk,
  kinds: Kinds,
  { chart, group }: Question,
): Promise<void> {
  const form = await kinds[chart.type].openForm(desk, chart);
  if (form === undefined || form.write(group) === null) return;
  await form.save();
}

function isChartType(kinds: Kinds, type: string): type is ChartType {
  return Object.hasOwn(kinds, type);
}

function textOf({ kind, chart, group }: Question): string {
  return `${kind} ${chart.recordId} ${group}`;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** One of the hospital's devices, as whoever has it in hand uses it: what lies open on it, and what they do with its app. */
import type { Client } from "@suture/client";
import { unfinished, type WorldDevice } from "@suture/client/testing";
import { StoreError, type Role } from "@suture/schema";

import { z } from "zod";

import type { JournalEntry } from "../journal.ts";
import type { OpenForm } from "./open-form.ts";
import type { House } from "./house.ts";
import type { Person } from "./hospital.ts";
import type { ReviewInHand } from "./review-in-hand.ts";

type EntryHere<E = JournalEntry> = E extends JournalEntry
  ? Omit<E, "atMs" | "device" | "personId">
  : never;

/** How long anybody waits for their own device. */
const patienceMs = 10_000;

export class Desk {
  readonly house: House;
  readonly device: WorldDevice;
  #forms: OpenForm[] = [];
  #reviews: ReviewInHand[] = [];

  constructor(house: House, device: WorldDevice) {
    this.house = house;
    this.device = device;
  }

  get name(): string {
    return this.device.name;
  }

  /** The app's SDK; undefined while it is closed. */
  get client(): Client | undefined {
    return this.device.isOn ? this.device.client : undefined;
  }

  /** Who has it in hand; undefined while nobody is on it, or the app is closed. */
  get person(): Person | undefined {
    const personId = this.client?.person?.personId;
    return this.house.hospital.people.find(
      (person) => person.personId === personId,
    );
  }

  /** What that person may do, as the app last heard. */
  get roles(): ReadonlySet<Role> {
    const { organizationId } = this.house.hospital;
    const held = this.client?.memberships.find(
      (membership) => membership.organizationId === organizationId,
    );
    return new Set(held?.roles);
  }

  /** Forms left open on it, whoever opened them. What was in an app that has ended is gone. */
  get forms(): readonly OpenForm[] {
    this.#forms = this.#forms.filter((form) => form.client === this.client);
    return this.#forms;
  }

  get reviews(): readonly ReviewInHand[] {
    this.#reviews = this.#reviews.filter(
      (review) => review.client === this.client,
    );
    return this.#reviews;
  }

  leaveOpen(form: OpenForm): void {
    this.#forms.push(form);
  }

  closeForm(form: OpenForm): void {
    this.#forms = this.#forms.filter((open) => open !== form);
  }

  leaveReviewOpen(review: ReviewInHand): void {
    this.#reviews.push(review);
  }

  closeReview(review: ReviewInHand): void {
    this.#reviews = this.#reviews.filter((open) => open !== review);
  }

  /** `unfinished` also where the device's disk failed: then, too, nobody was told how it ended. */
  async attempt<T>(
    work: () => Promise<T>,
    withinMs = patienceMs,
  ): Promise<T | typeof unfinished> {
    try {
      return await this.house.run.world.act(work, withinMs);
    } catch (cause) {
      if (!(cause instanceof StoreError)) throw cause;
      this.house.run.tally.count(`told:${cause.code}`);
      return unfinished;
    }
  }

  /** Writes down what somebody here did or saw; by default whoever has the device. */
  note(entry: EntryHere, by: Person | undefined = this.person): void {
    const { world, journal } = this.house.run;
    if (by === undefined) throw new Error(`nobody is at ${this.name}`);
    const { personId } = by;
    const where = { atMs: world.time.nowMs, device: this.name, personId };
    journal.write({ ...entry, ...where });
    const change = membershipChange(entry, this.house.hospital.people);
    if (change !== undefined) journal.write({ ...change, ...where });
  }
}

/** What a save or a settlement makes of somebody's membership. */
function membershipChange(
  entry: EntryHere,
  people: readonly Person[],
): EntryHere | undefined {
  const isAbout = entry.kind === "saved" || entry.kind === "resolved";
  if (!isAbout || entry.recordType !== "member") return undefined;
  const memberId = entry.recordId;
  const of = people.find((person) => person.memberId === memberId);
  const content =
    entry.kind === "resolved"
      ? entry.content
      : entry.edits.flatMap((edit) =>
          edit.kind === "statement" && edit.group === "membership"
            ? [edit.content]
            : [],
        )[0];
  const membership = membershipSchema.safeParse(content);
  if (of === undefined || !membership.success) return undefined;
  const { active: isActive, roles } = membership.data;
  const { hashes } = entry;
  const ofPersonId = of.personId;
  return {
    kind: "membership-changed",
    memberId,
    ofPersonId,
    isActive,
    roles,
    hashes,
  };
}

const membershipSchema = z.object({
  roles: z.array(z.string()),
  active: z.boolean(),
});

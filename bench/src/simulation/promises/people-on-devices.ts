import type { Person } from "../people/hospital.ts";
import type { News } from "./evidence.ts";

/** Who was ever signed in on which device, as members. */
export class PeopleOnDevices {
  readonly #memberIds: ReadonlyMap<string, string>;
  readonly #members = new Map<string, Set<string>>();

  /** Where each is on the first day. */
  constructor(
    people: readonly Pick<Person, "personId" | "memberId" | "devices">[],
  ) {
    this.#memberIds = new Map(
      people.map(({ personId, memberId }) => [personId, memberId]),
    );
    for (const { memberId, devices } of people)
      for (const device of devices) this.#add(device, memberId);
  }

  note(journal: News["journal"]): void {
    for (const entry of journal) {
      if (entry.kind !== "signed-in") continue;
      const memberId = this.#memberIds.get(entry.personId);
      if (memberId !== undefined) this.#add(entry.device, memberId);
    }
  }

  membersOn(device: string): ReadonlySet<string> {
    return this.#members.get(device) ?? new Set();
  }

  #add(device: string, memberId: string): void {
    const members = this.#members.get(device) ?? new Set();
    this.#members.set(device, members.add(memberId));
  }
}

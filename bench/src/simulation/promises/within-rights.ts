/**
 * PM-13: what is admitted was its author's to write, and what a device is sent somebody on it may read, by the roles and teams that
 * the server held of them when it came. The tables are written from DESIGN 2 and the README, not from the product's declarations.
 */
import type { Person } from "../people/hospital.ts";
import type { BrokenPromise } from "../run.ts";
import type { Check } from "./check.ts";
import type { Evidence, News } from "./evidence.ts";
import { changeName, type HeldChange } from "./held-changes.ts";
import { PeopleOnDevices } from "./people-on-devices.ts";
import type { LogRow } from "./server-log.ts";

interface Rights {
  /** From this look on. */
  readonly look: number;
  readonly roles: ReadonlySet<string>;
  readonly teams: ReadonlySet<string>;
}

interface Sent {
  readonly device: string;
  readonly change: HeldChange;
}

const care = ["clinician", "receptionist", "manager"];
const service = ["technician", "manager"];
const reporters = [...service, "clinician"];

/** By record type and name of the field or group; the empty name is everything else. */
const writers: Readonly<
  Record<string, Readonly<Record<string, readonly string[]>>>
> = {
  patient: {
    "": care,
    prescribing: ["clinician"],
    measurements: ["clinician"],
  },
  appointment: { "": care },
  equipment: {
    "": [...care, "technician"],
    recordStatus: ["manager"],
    fitness: service,
    readings: service,
  },
  serviceJob: {
    "": reporters,
    service,
    workStatus: service,
    readings: service,
  },
  member: { "": ["admin", "manager"], membership: ["admin"] },
};

/** Types that not everybody may read. */
const readers: Readonly<Record<string, readonly string[]>> = {
  patient: [...care, "auditor"],
  appointment: [...care, "auditor"],
};

export class WithinRights implements Check {
  readonly #evidence: Evidence;
  readonly #people: PeopleOnDevices;
  /** Of each member, the latest last. */
  readonly #rights = new Map<string, Rights[]>();
  /** Other people's work that came to devices since the server could last be asked. */
  readonly #sent: Sent[] = [];

  constructor(
    evidence: Evidence,
    people: readonly Pick<Person, "personId" | "memberId" | "devices">[],
  ) {
    this.#evidence = evidence;
    this.#people = new PeopleOnDevices(people);
  }

  begin({ committed }: News): void {
    this.#noteRights(committed ?? []);
  }

  afterStep({ journal, committed, disks }: News): BrokenPromise | undefined {
    this.#people.note(journal);
    this.#noteSent(disks);
    // Where it stands in the server's logs says who may read it (seed 5585).
    if (committed === undefined) return undefined;
    this.#noteRights(committed);
    const sent = this.#sent.splice(0);
    // What a restored server is brought back was judged once, under the rights that then were.
    if (this.#evidence.server.setBackCount > 0) return undefined;
    return this.#writtenBeyond(committed) ?? this.#sentBeyond(sent);
  }

  #writtenBeyond(committed: readonly LogRow[]): BrokenPromise | undefined {
    for (const row of committed) {
      if (this.#isMoved(row)) continue;
      const known = this.#rightsAt(row, committed);
      if (known.length === 0) continue;
      const why = this.#notTheirs(row, known);
      if (why !== undefined)
        return {
          promise: "PM-13",
          words: `change ${row.hash} of ${row.recordType} ${row.recordId} was admitted, and ${why} its author may not write`,
        };
    }
    return undefined;
  }

  /** Those that its author may have had when it came; none where nobody knows. */
  #rightsAt(row: LogRow, committed: readonly LogRow[]): readonly Rights[] {
    const { memberId, scopeId, sequence, look } = row;
    const known = this.#rightsSince(memberId, look);
    const turns = committed.filter(({ recordId }) => recordId === memberId);
    // Rights that changed twice between two looks may have been anything in between.
    if (turns.length > 1) return [];
    const [turn] = turns;
    if (turn?.scopeId !== scopeId) return known;
    return turn.sequence < sequence ? known.slice(-1) : known.slice(0, 1);
  }

  #noteSent(disks: News["disks"]): void {
    for (const [device, { written }] of disks)
      for (const change of written)
        if (change.personId === null) this.#sent.push({ device, change });
  }

  #sentBeyond(sent: readonly Sent[]): BrokenPromise | undefined {
    const beyond = sent.find(
      ({ device, change }) =>
        !this.#mayHave(this.#people.membersOn(device), change),
    );
    return (
      beyond && {
        promise: "PM-13",
        words: `${beyond.device} was sent change ${beyond.change.hash} of ${beyond.change.recordId}, which nobody on it may read since before it was admitted`,
      }
    );
  }

  #mayHave(
    members: ReadonlySet<string>,
    { recordId, hash }: HeldChange,
  ): boolean {
    const rows =
      this.#evidence.server.committed.get(changeName(recordId, hash)) ?? [];
    return (
      rows.length === 0 ||
      rows.some((row) =>
        [...members].some((memberId) =>
          this.#rightsSince(memberId, row.look).some((rights) =>
            mayRead(row, rights),
          ),
        ),
      )
    );
  }

  /** Those in force when the look began, and since. */
  #rightsSince(memberId: string, look: number): readonly Rights[] {
    const all = this.#rights.get(memberId) ?? [];
    const first = all.findLastIndex((rights) => rights.look < look);
    return all.slice(Math.max(first, 0));
  }

  #notTheirs(row: LogRow, known: readonly Rights[]): string | undefined {
    if (!known.some((rights) => reaches(row, rights))) return "in its team";
    const table = writers[row.recordType];
    const change = this.#evidence.modelOf(row.recordId).change(row.hash);
    if (table === undefined || change === undefined) return undefined;
    const names = new Set(change.writes.map(({ key }) => nameOf(key)));
    return [...names].find((name) => {
      const allowed = table[name] ?? table[""] ?? [];
      return !known.some(({ roles }) =>
        allowed.some((role) => roles.has(role)),
      );
    });
  }

  /** A record that moves takes its rows along, whoever wrote them. */
  #isMoved({ recordId, hash }: LogRow): boolean {
    const { committed } = this.#evidence.server;
    return (committed.get(changeName(recordId, hash))?.length ?? 0) > 1;
  }

  #noteRights(committed: readonly LogRow[]): void {
    const { server } = this.#evidence;
    const members = committed.flatMap(({ recordType, recordId }) =>
      recordType === "member" ? [recordId] : [],
    );
    for (const memberId of new Set(members)) {
      const live = this.#evidence
        .modelOf(memberId)
        .liveStatements("membership", server.hashesOf(memberId));
      const said = live.map(({ content }) => content);
      const isOut = said.some(({ active }) => active !== true);
      const before = this.#rights.get(memberId) ?? [];
      this.#rights.set(memberId, [
        ...before,
        {
          look: server.lookCount,
          roles: sharedBy(
            said.map(({ roles }) => (isOut ? [] : textsIn(roles))),
          ),
          teams: sharedBy(said.map(({ teams }) => textsIn(teams))),
        },
      ]);
    }
  }
}

function mayRead(row: LogRow, rights: Rights): boolean {
  const allowed = readers[row.recordType];
  return (
    rights.roles.size > 0 &&
    (allowed === undefined || allowed.some((role) => rights.roles.has(role))) &&
    reaches(row, rights)
  );
}

function reaches({ scopeId }: LogRow, { teams }: Rights): boolean {
  const [kind, teamId = ""] = scopeId.split(":");
  return kind !== "team" || teams.has(teamId);
}

/** While a membership is in conflict, the lesser rights count. */
function sharedBy(sets: readonly (readonly string[])[]): ReadonlySet<string> {
  const [first = [], ...others] = sets;
  return new Set(
    first.filter((text) => others.every((other) => other.includes(text))),
  );
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value)
    ? value.filter((item) => typeof item === "string")
    : [];
}

function nameOf(key: string): string {
  const [first = "", second] = key.split("/");
  return first === "archive" && second !== undefined ? second : first;
}

/**
 * One record as its changes say it is: for any set of changes, what stands in each field and which statements of each group
 * nobody who signed later had seen and overwritten. Built on nothing but who had seen what; no clock, no order of arrival.
 */
import { agree, entryIdsOf } from "./agreement.ts";
import { textOf } from "./canonical-text.ts";
import { compareOps, type ChangeFacts, type Write } from "./change-facts.ts";

export interface StatementInModel {
  readonly hash: string;
  readonly write: Write;
  readonly content: Readonly<Record<string, unknown>>;
}

/** What must be shown of a record by whoever holds certain changes of it. */
export interface ExpectedRecord {
  /** Writes nobody overwrote, by root key, in Automerge's order; the last one stands. */
  readonly live: ReadonlyMap<string, readonly Write[]>;
  readonly counters: ReadonlyMap<string, number>;
  /** Runs of text, each of which must be found in a field in the order in which it was typed. */
  readonly pieces: ReadonlyMap<string, readonly string[]>;
  readonly groups: ReadonlyMap<string, ExpectedGroup>;
}

export interface ExpectedGroup {
  readonly live: readonly StatementInModel[];
  readonly isConflict: boolean;
}

export class RecordModel {
  readonly #changes = new Map<string, ChangeFacts>();
  readonly #statements = new Map<string, StatementInModel>();
  readonly #behind = new Map<string, ReadonlySet<string>>();
  readonly #expected = new Map<string, ExpectedRecord>();
  #recordType: string | undefined;

  /** As its creation says. */
  get recordType(): string | undefined {
    return this.#recordType;
  }

  add(change: ChangeFacts): void {
    this.#changes.set(change.hash, change);
    // What was known of sets that lacked it is not known any more.
    this.#behind.clear();
    this.#expected.clear();
    for (const write of change.writes) {
      const { opId, content, key, value } = write;
      if (key === "recordType" && typeof value === "string")
        this.#recordType = value;
      if (content !== undefined)
        this.#statements.set(opId, { hash: change.hash, write, content });
    }
  }

  change(hash: string): ChangeFacts | undefined {
    return this.#changes.get(hash);
  }

  statement(opId: string): StatementInModel | undefined {
    return this.#statements.get(opId);
  }

  /** Every statement of a group that anybody ever signed. */
  statementsOf(group: string): readonly StatementInModel[] {
    return [...this.#statements.values()].filter(
      ({ write }) => write.key === group,
    );
  }

  /** The given changes and all they build on. */
  upTo(heads: readonly string[]): ReadonlySet<string> {
    const name = heads.toSorted().join(" ");
    const known = this.#behind.get(name);
    if (known !== undefined) return known;
    const found = new Set<string>();
    const open = [...heads];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const change = this.#changes.get(next);
      if (found.has(next) || change === undefined) continue;
      found.add(next);
      open.push(...change.deps);
    }
    this.#behind.set(name, found);
    return found;
  }

  expectedAt(heads: readonly string[]): ExpectedRecord {
    const name = heads.toSorted().join(" ");
    const known = this.#expected.get(name);
    if (known !== undefined) return known;
    const expected = this.expectedOf(this.upTo(heads));
    this.#expected.set(name, expected);
    return expected;
  }

  expectedOf(held: ReadonlySet<string>): ExpectedRecord {
    const changes = [...held].flatMap((hash) => this.#changes.get(hash) ?? []);
    const live = liveWrites(changes);
    return {
      live,
      counters: sumOf(changes),
      pieces: piecesOf(changes),
      groups: this.#groupsOf(live),
    };
  }

  /** Live statements of a group for whoever holds these changes. */
  liveStatements(
    group: string,
    held: ReadonlySet<string>,
  ): readonly StatementInModel[] {
    return this.expectedOf(held).groups.get(group)?.live ?? [];
  }

  /** Whether statements that are live together say different things. */
  differ(live: readonly StatementInModel[]): boolean {
    if (live.length < 2) return false;
    const seen = live.map((statement) => this.#seenBy(statement));
    const [first = [], ...others] = seen.map((ids) => [...ids]);
    const byAll = first.filter((opId) =>
      others.every((ids) => ids.includes(opId)),
    );
    const known = new Set(
      byAll.flatMap((opId) => {
        const statement = this.#statements.get(opId);
        return statement === undefined ? [] : entryIdsOf(statement.content);
      }),
    );
    return !agree(
      live.map(({ content }) => content),
      known,
    );
  }

  /** Every statement that this one's signers overwrote, at any remove. */
  #seenBy({ write }: StatementInModel): ReadonlySet<string> {
    const seen = new Set<string>();
    const open = [...write.pred];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(this.#statements.get(next)?.write.pred ?? []));
    }
    return seen;
  }

  #groupsOf(live: ExpectedRecord["live"]): ReadonlyMap<string, ExpectedGroup> {
    const groups = new Map<string, ExpectedGroup>();
    for (const [key, writes] of live) {
      const statements = writes.flatMap(({ opId }) => {
        const statement = this.#statements.get(opId);
        return statement === undefined ? [] : [statement];
      });
      if (statements.length > 0)
        groups.set(key, {
          live: statements,
          isConflict: this.differ(statements),
        });
    }
    return groups;
  }
}

function liveWrites(changes: readonly ChangeFacts[]): ExpectedRecord["live"] {
  const overwritten = new Set(
    changes.flatMap(({ writes, cleared }) => [
      ...writes.flatMap(({ pred }) => pred),
      ...cleared,
    ]),
  );
  const live = new Map<string, Write[]>();
  for (const { writes } of changes)
    for (const write of writes) {
      if (overwritten.has(write.opId)) continue;
      const others = live.get(write.key);
      if (others === undefined) live.set(write.key, [write]);
      else others.push(write);
    }
  for (const writes of live.values())
    if (writes.length > 1)
      writes.sort((left, right) => compareOps(left.opId, right.opId));
  return live;
}

function sumOf(changes: readonly ChangeFacts[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { increments } of changes)
    for (const { field, by } of increments)
      sums.set(field, (sums.get(field) ?? 0) + by);
  return sums;
}

function piecesOf(
  changes: readonly ChangeFacts[],
): ReadonlyMap<string, readonly string[]> {
  const makers = new Map(changes.flatMap((change) => [...change.textMakers]));
  if (makers.size === 0) return new Map();
  const deleted = new Set(changes.flatMap((change) => change.deleted));
  const pieces = new Map<string, string[]>();
  for (const { typed } of changes)
    for (const { container, opIds, text } of typed) {
      const field = makers.get(container);
      if (field === undefined || opIds.some((opId) => deleted.has(opId)))
        continue;
      const others = pieces.get(field);
      if (others === undefined) pieces.set(field, [text]);
      else others.push(text);
    }
  return pieces;
}

/** Statements' contents, each once, as texts. */
export function contentTexts(
  statements: readonly StatementInModel[],
): readonly string[] {
  return [
    ...new Set(statements.map(({ content }) => textOf(content))),
  ].toSorted();
}

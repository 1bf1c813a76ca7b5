/**
 * Histories for tests: a record type small enough to see through, and a writer that composes, decodes, judges and folds real
 * changes while it tells the oracle what it wrote.
 */
import { z } from "zod";

import type { JsonValue } from "../canonical/canonical-json.ts";
import { ChangeIndex } from "../change/change-index.ts";
import { defaultChangeLimits } from "../change/change-limits.ts";
import { composeChange, type RootOp } from "../change/compose-change.ts";
import { decodeChange, type DecodedChange } from "../change/decode-change.ts";
import { RecordFold } from "../change/fold-record.ts";
import { genesisOf } from "../change/genesis.ts";
import { indexChange } from "../change/index-change.ts";
import { interpretChange, type Edit } from "../change/interpret-change.ts";
import {
  actorIdSchema,
  deviceIdSchema,
  opIdOf,
  recordIdFromBytes,
  type ActorId,
  type ChangeHash,
  type OpId,
  type RecordId,
} from "../ids.ts";
import {
  counter,
  defineRecord,
  entries,
  group,
  ordered,
  scalar,
  set,
  text,
  value,
} from "../records/define-record.ts";
import { archiveKey, resolutionKey } from "../records/record-types.ts";
import { judgeStatements } from "./judge-statement.ts";
import { encodeResolution, type Decision } from "./resolution.ts";
import {
  encodeStatement,
  type Attribution,
  type Content,
} from "./statement.ts";
import {
  RegisterOracle,
  type OracleContent,
} from "./register-oracle.test-support.ts";

const entrySchema = z.strictObject({
  name: z.string().min(1),
  status: z.enum(["active", "stopped"]),
});

const sign = ["clinician"] as const;

/** `plan` has one part of each temper; `allergies` may not hold both "none known" and anything else. */
export const chart = defineRecord({
  type: "chart",
  scope: "organization",
  parent: "organization",
  read: sign,
  create: sign,
  fields: {
    phone: scalar(z.string(), sign),
    age: scalar(z.int(), sign),
    isUrgent: scalar(z.boolean(), sign),
    progress: ordered(["none", "begun", "done"], sign),
    notes: set(z.strictObject({ text: z.string() }), sign),
    results: set(entrySchema, sign, { appendOnlyUntil: "stopped" }),
    visits: counter(sign),
    summary: text(sign),
  },
  groups: {
    plan: group({
      sign,
      resolve: sign,
      priority: 0,
      basedOn: "results",
      parts: {
        drugs: entries({
          schema: entrySchema,
          isEnded: ({ status }) => status === "stopped",
          whileContested: "do-not-act",
          combinesFreely: false,
        }),
        allergies: entries({
          schema: entrySchema,
          isEnded: ({ status }) => status === "stopped",
          whileContested: "stands",
          combinesFreely: true,
        }),
        risk: value<"low" | "high">({
          schema: z.enum(["low", "high"]),
          initial: "low",
          cautious: (values) => (values.includes("high") ? "high" : "low"),
        }),
      },
      check: ({ allergies }) => {
        const names = Object.values(allergies).map(({ name }) => name);
        return names.includes("none known") && names.length > 1
          ? "The list says that there is no allergy, and names one."
          : null;
      },
      contradictedBy: {
        field: "progress",
        from: "begun",
        isContradicted: (stated, seen) => stated.risk !== seen.risk,
      },
    }),
    standing: group({
      sign,
      resolve: sign,
      priority: 2,
      parts: {
        status: value<string>({ schema: z.string(), initial: "active" }),
      },
    }),
  },
});

export type Entry = z.infer<typeof entrySchema>;

export interface PlanContent {
  readonly drugs: Readonly<Record<string, Entry>>;
  readonly allergies: Readonly<Record<string, Entry>>;
  readonly risk: "low" | "high";
}

export const emptyPlan: PlanContent = { drugs: {}, allergies: {}, risk: "low" };

export function active(name: string): Entry {
  return { name, status: "active" };
}

/** The n-th entry id, record id, actor: readable, and ascending with n. */
export function entryIdAt(n: number): string {
  return `018f3b62-0000-8000-8000-${n.toString(16).padStart(12, "0")}`;
}

export function recordIdAt(n: number): RecordId {
  return recordIdFromBytes(new Uint8Array(16).fill(n));
}

export function actorAt(n: number): ActorId {
  return actorIdSchema.parse(n.toString(16).padStart(32, "0"));
}

export function attributionAt(n: number): Attribution {
  return {
    memberId: recordIdAt(7),
    deviceId: deviceIdSchema.parse(entryIdAt(1)),
    authoredAtMs: n,
    nonce: n.toString(16).padStart(32, "0"),
  };
}

export interface Written {
  readonly bytes: Uint8Array;
  readonly decoded: DecodedChange;
  readonly edits: readonly Edit[];
}

export interface StatementPlan {
  readonly deps: readonly ChangeHash[];
  readonly content: PlanContent;
  readonly archived?: Readonly<Record<string, Entry>>;
  readonly decision?: Decision;
  readonly basedOn?: readonly string[];
}

export interface Draft {
  readonly deps: readonly ChangeHash[];
  readonly ops: readonly RootOp[];
  /** Of the statement among the operations. */
  readonly content?: PlanContent;
}

/**
 * One record's history as it is written, under a fresh actor for every change that does not build on its actor's last. What
 * a statement overwrites is asked of the oracle.
 */
export class History {
  readonly index = new ChangeIndex();
  readonly fold = new RecordFold();
  readonly oracle = new RegisterOracle<ChangeHash, OpId>();
  readonly #written = new Map<ChangeHash, Written>();
  readonly creation: ChangeHash;
  #drawn = 0;

  /** Created after the changes given, which build on nothing. */
  constructor(...before: readonly Uint8Array[]) {
    for (const bytes of before) this.accept(bytes);
    this.creation = this.write({
      deps: [],
      ops: [
        { key: "recordId", pred: [], set: recordIdAt(1) },
        { key: "recordType", pred: [], set: chart.type },
        { key: "parentId", pred: [], set: recordIdAt(2) },
      ],
    });
  }

  changes(): readonly Written[] {
    return [...this.#written.values()];
  }

  written(hash: ChangeHash): Written {
    const written = this.#written.get(hash);
    if (written === undefined) throw new Error("no such change");
    return written;
  }

  /** A number nobody was given yet. */
  draw(): number {
    this.#drawn += 1;
    return this.#drawn;
  }

  live(deps: readonly ChangeHash[], key: string): readonly OpId[] {
    return this.oracle.live(deps, key);
  }

  sign(plan: StatementPlan): ChangeHash {
    const { deps, content, archived = {}, decision, basedOn } = plan;
    const pred = this.live(deps, "plan");
    const attribution = {
      ...attributionAt(this.draw()),
      ...(basedOn === undefined ? {} : { basedOn: [...basedOn] as never }),
    };
    const settled: RootOp[] =
      decision === undefined
        ? []
        : [
            {
              key: resolutionKey(entryIdAt(this.draw())),
              pred: [],
              set: encodeResolution({
                group: "plan",
                settles: [...pred],
                decision,
                reason: "seen by both",
                attribution,
              }),
            },
          ];
    const leaving = Object.entries(archived).map(([entryId, entry]) => {
      const key = archiveKey("plan", entryId);
      return { key, pred: this.live(deps, key), set: JSON.stringify(entry) };
    });
    const statement = encodeStatement({
      content: asContent(content),
      attribution,
    });
    return this.write({
      deps,
      content,
      ops: [...leaving, { key: "plan", pred, set: statement }, ...settled],
    });
  }

  /** One value under one key, over whatever is live there. */
  set(
    deps: readonly ChangeHash[],
    key: string,
    value: RootOp["set"],
  ): ChangeHash {
    return this.write({
      deps,
      ops: [{ key, pred: this.live(deps, key), set: value }],
    });
  }

  genesis(name: string): ChangeHash {
    return this.accept(genesisOf(chart, name).bytes);
  }

  write({ deps, ops, content }: Draft): ChangeHash {
    return this.accept(this.compose({ deps, ops }), content);
  }

  compose({ deps, ops }: Draft): Uint8Array {
    return composeChange({
      actor: actorAt(0xa000 + this.draw()),
      seq: 1,
      startOp: this.index.nextOp(deps),
      deps,
      timeMs: 0,
      ops,
    });
  }

  /** Judges a change as admission would and adds it. Throws if it is refused. */
  accept(bytes: Uint8Array, content?: PlanContent): ChangeHash {
    const decoded = decodeChange(bytes, defaultChangeLimits);
    if (!decoded.ok) throw new Error(decoded.error.code);
    const change = decoded.value;
    const row = indexChange(chart, this.index, change);
    if (!row.ok) throw new Error(row.error.code);
    const edits = interpretChange(chart, change);
    if (!edits.ok)
      throw new Error(`${edits.error.code}: ${edits.error.reason}`);
    const acts = judgeStatements(
      chart,
      edits.value,
      (name) => this.index.liveAt(change.deps, name),
      this.fold,
    );
    if (!acts.ok) throw new Error(acts.error.code);
    this.index.add(row.value);
    this.fold.addChange(edits.value);
    this.#written.set(change.hash, {
      bytes,
      decoded: change,
      edits: edits.value,
    });
    this.oracle.add({
      hash: change.hash,
      deps: change.deps,
      writes: change.ops.flatMap(({ action, obj, key }, position) =>
        action === "inc" || obj !== "_root" || key === undefined
          ? []
          : [
              {
                opId: opIdOf(change.startOp, position, change.actor),
                key,
                ...(key === "plan" && content !== undefined
                  ? { content: oracleContent(content) }
                  : {}),
              },
            ],
      ),
    });
    return change.hash;
  }
}

export function asContent(content: PlanContent): Content {
  // Entries hold text only, so this is JSON.
  return content as unknown as { readonly [part: string]: JsonValue };
}

function oracleContent({ drugs, allergies, risk }: PlanContent): OracleContent {
  const textOf = (list: Readonly<Record<string, Entry>>) =>
    Object.fromEntries(
      Object.entries(list).map(([id, { name, status }]) => [
        id,
        `${name} ${status}`,
      ]),
    );
  return {
    values: { risk },
    entries: { drugs: textOf(drugs), allergies: textOf(allergies) },
  };
}

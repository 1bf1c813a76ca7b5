import {
  ChangeIndex,
  groupOf,
  initialContent,
  ok,
  partsOf,
  randomUuid,
  RecordFold,
  type Content,
  type JsonValue,
  type RecordId,
  type RecordType,
  type Result,
  type ScalarValue,
} from "@suture/schema";

import type { FieldEdits } from "./draft.ts";
import {
  SavePlan,
  type Author,
  type PlanDeps,
  type SaveRefusal,
  type StatementPlan,
} from "./plan-save.ts";

export interface CreationInput {
  readonly parentId: RecordId | null;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly groups?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
}

/** Plans a new record: one change with everything it starts with, and the containers of its texts. SPEC CO-3. */
export function planCreation(
  deps: PlanDeps,
  type: RecordType,
  recordId: RecordId,
  author: Author,
  input: CreationInput,
): Result<SavePlan, SaveRefusal> {
  const base = {
    type,
    recordId,
    index: new ChangeIndex(),
    fold: new RecordFold(),
    depsOf: () => [],
    bytesBehind: () => [],
    actors: [],
  };
  const plan = new SavePlan(deps, base, author);
  const planned = plan.planCreation(
    input.parentId,
    fieldEdits(deps, type, input.fields ?? {}),
    statements(deps, type, input),
  );
  return planned.ok ? ok(plan) : planned;
}

function fieldEdits(
  deps: PlanDeps,
  type: RecordType,
  fields: Readonly<Record<string, unknown>>,
): FieldEdits {
  const scalars = new Map<string, ScalarValue>();
  const entries = new Map<string, ReadonlyMap<string, JsonValue>>();
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const kind = type.fields[name]?.kind;
    if (kind === "set") entries.set(name, new Map(withIds(deps, value)));
    else if (kind === "text") texts.set(name, String(value));
    // Validated against the field's schema before it is written.
    else scalars.set(name, value as ScalarValue);
  }
  return { scalars, entries, texts, increments: new Map() };
}

function statements(
  deps: PlanDeps,
  type: RecordType,
  { groups = {}, reason }: CreationInput,
): readonly StatementPlan[] {
  return Object.entries(groups).flatMap(([group, stated]) => {
    const definition = groupOf(type, group);
    if (typeof stated !== "object" || stated === null) return [];
    const content: { [part: string]: JsonValue } =
      definition === undefined
        ? {}
        : { ...(initialContent(definition) as Content) };
    const parts = new Map(definition === undefined ? [] : partsOf(definition));
    for (const [part, value] of Object.entries(stated))
      content[part] =
        parts.get(part)?.kind === "entries"
          ? Object.fromEntries(withIds(deps, value))
          : (value as JsonValue);
    return [
      {
        group,
        content,
        ended: new Map(),
        ...(reason !== undefined && { reason }),
      },
    ];
  });
}

/** Entries by id as they are; entries in a list are given ids. */
function withIds({ random }: PlanDeps, value: unknown): [string, JsonValue][] {
  if (Array.isArray(value))
    return value.map((entry: JsonValue) => [randomUuid(random), entry]);
  return Object.entries(value ?? {}) as [string, JsonValue][];
}

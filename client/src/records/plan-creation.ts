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
import type {
  Author,
  PlanDeps,
  SaveRefusal,
  StatementPlan,
} from "./plan-base.ts";
import { SavePlan } from "./plan-save.ts";

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
    if (kind === "set") entries.set(name, withIds(deps, value));
    else if (kind === "text" && typeof value === "string")
      texts.set(name, value);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- validated against the field's schema before it is written
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
    if (typeof stated !== "object" || stated === null) return [];
    const definition = groupOf(type, group);
    const parts = new Map(definition === undefined ? [] : partsOf(definition));
    const content: { [part: string]: unknown } = {
      ...(definition !== undefined && initialContent(definition)),
    };
    for (const [part, value] of Object.entries(stated))
      content[part] =
        parts.get(part)?.kind === "entries"
          ? Object.fromEntries(withIds(deps, value))
          : value;
    return [
      {
        group,
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- validated against the group before it is signed
        content: content as Content,
        ended: new Map(),
        ...(reason !== undefined && { reason }),
      },
    ];
  });
}

/** Entries by id as they are; entries in a list are given ids. Validated against their schema before they are written. */
function withIds(
  { random }: PlanDeps,
  value: unknown,
): ReadonlyMap<string, JsonValue> {
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((entry: unknown) => [randomUuid(random), entry])
    : Object.entries(value ?? {});
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return new Map(entries as readonly (readonly [string, JsonValue])[]);
}

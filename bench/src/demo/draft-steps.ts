/**
 * A form filled in here and written there: `recordSteps` notes what a function does to a draft, `replaySteps` does the same to
 * the draft of a device in another process. Only for writing; what a form shows is asked of the device.
 */
import type { Draft } from "@suture/client";
import type { RecordType } from "@suture/schema";
import { randomUUID } from "node:crypto";

export interface DraftStep {
  /** From the draft to what is assigned or called: `["prescribing", "allergies", "add"]`. */
  readonly path: readonly string[];
  readonly act:
    | { readonly kind: "assign"; readonly value: unknown }
    | { readonly kind: "call"; readonly args: readonly unknown[] };
}

export type FillIn<R extends RecordType> = (draft: Draft<R>) => void;

/** Entries that are added without an id are given one, which is what the call answers. */
export function recordSteps<R extends RecordType>(
  fillIn: FillIn<R>,
): readonly DraftStep[] {
  const steps: DraftStep[] = [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- notes whatever is done to it, by names that the function's own type has checked
  fillIn(recorderAt([], steps) as Draft<R>);
  return steps;
}

export function replaySteps(steps: readonly DraftStep[], draft: object): void {
  for (const { path, act } of steps) {
    const name = path.at(-1) ?? "";
    const target = path
      .slice(0, -1)
      .reduce<object>((holder, part) => objectAt(holder, part), draft);
    if (act.kind === "assign") {
      if (!Reflect.set(target, name, act.value))
        throw new Error(`the draft has no ${path.join(".")}`);
    } else {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function")
        throw new Error(`the draft has no ${path.join(".")}()`);
      Reflect.apply(method, target, act.args);
    }
  }
}

function recorderAt(path: readonly string[], steps: DraftStep[]): object {
  return new Proxy(() => undefined, {
    get: (_target, name) => recorderAt([...path, String(name)], steps),
    set(_target, name, value: unknown) {
      steps.push({
        path: [...path, String(name)],
        act: { kind: "assign", value },
      });
      return true;
    },
    apply(_target, _self, given: readonly unknown[]) {
      const addsEntry = ["add", "set"].includes(path.at(-1) ?? "");
      const args =
        addsEntry && given.length === 1 && typeof given[0] === "object"
          ? [given[0], randomUUID()]
          : given;
      steps.push({ path, act: { kind: "call", args } });
      return args[1];
    },
  });
}

function objectAt(holder: object, name: string): object {
  const found: unknown = Reflect.get(holder, name);
  if (typeof found !== "object" || found === null)
    throw new Error(`the draft has no ${name}`);
  return found;
}

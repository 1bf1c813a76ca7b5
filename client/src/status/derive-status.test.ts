import {
  changeHashSchema,
  deviceIdSchema,
  personIdSchema,
  recordIdFromBytes,
  saveStates,
  scopeIdSchema,
  statusLabels,
} from "@suture/schema";
import fc from "fast-check";
import { expect, test } from "vitest";

import type { LocalChange, Progress } from "../store/local-change.ts";
import { deriveStatus, type StatusInput } from "./derive-status.ts";

const recordId = recordIdFromBytes(new Uint8Array(16));
const scopeId = scopeIdSchema.parse(`organization:${recordId}`);
const signedIn = personIdSchema.parse("signed-in");
const signedOut = personIdSchema.parse("signed-out");

function change(progress: Progress, personId = signedIn): LocalChange {
  return {
    recordId,
    hash: changeHashSchema.parse("a".repeat(64)),
    localNumber: 1,
    memberId: recordId,
    deviceId: deviceIdSchema.parse("00000000-0000-4000-8000-000000000000"),
    personId,
    lane: "merge",
    priority: 3,
    deps: [],
    isCreation: false,
    refersTo: [],
    authoredAtMs: 0,
    savedAtMs: 0,
    progress,
  };
}

const refusal = { code: "not-permitted", message: "" } as const;
const pending = { state: "pending", held: null, isRestore: false } as const;
const accepted = (sequence: number): Progress => ({
  state: "accepted",
  places: [{ scopeId, sequence, chain: null }],
  admittedAtMs: 1,
});
const inState = {
  refused: change({
    state: "refused",
    ...refusal,
    refusedAtMs: 0,
    isDismissed: false,
  }),
  local: change(pending, signedOut),
  queued: change(pending),
  synced: change(accepted(9)),
  confirmed: change(accepted(3)),
} as const;

function input(part: Partial<StatusInput>): StatusInput {
  return {
    changes: [],
    hasFailedSave: false,
    hasConflict: false,
    canSend: (personId) => personId === signedIn,
    confirmedSequence: () => 5,
    ...part,
  };
}

test("[CL-9] the labels are these, word for word", () => {
  expect(saveStates.map((state) => statusLabels[state])).toEqual([
    "Not saved — this device cannot store it.",
    "Not accepted. Your copy is kept.",
    "Conflict — tap to review.",
    "Saved locally.",
    "Saved locally. Will sync on reconnect.",
    "Synced.",
    "Synced and confirmed.",
  ]);
});

test("[CL-9] a record shows the first state that any of its changes is in", () => {
  const states = fc.subarray(Object.keys(inState) as (keyof typeof inState)[], {
    minLength: 1,
  });
  fc.assert(
    fc.property(
      states,
      fc.boolean(),
      fc.boolean(),
      (names, hasFailedSave, hasConflict) => {
        const { state, label } = deriveStatus(
          input({
            changes: names.map((name) => inState[name]),
            hasFailedSave,
            hasConflict,
          }),
        );
        const held = new Set<string>(names);
        if (hasFailedSave) held.add("unsaved");
        if (hasConflict) held.add("conflict");
        expect(state).toBe(saveStates.find((name) => held.has(name)));
        expect(label).toBe(statusLabels[state]);
      },
    ),
  );
});

test("[CL-9] waiting for another record is local; what a checkpoint covers in one scope of two is not confirmed", () => {
  const waiting = change({
    state: "waiting",
    code: "parent-not-here",
    message: "",
  });
  expect(deriveStatus(input({ changes: [waiting] })).state).toBe("local");
  const other = scopeIdSchema.parse(`team:${recordId}`);
  const twice = change({
    state: "accepted",
    places: [
      { scopeId, sequence: 1, chain: null },
      { scopeId: other, sequence: 8, chain: null },
    ],
    admittedAtMs: 1,
  });
  expect(deriveStatus(input({ changes: [twice] })).state).toBe("synced");
  expect(
    deriveStatus(
      input({
        changes: [
          change({ state: "accepted", places: [], admittedAtMs: null }),
        ],
      }),
    ).state,
  ).toBe("synced");
});

test("[CL-9] dismissed work is not shown beside other work, and never as synced", () => {
  const dismissed = change({
    state: "refused",
    ...refusal,
    refusedAtMs: 0,
    isDismissed: true,
  });
  const both = [dismissed, inState.synced];
  expect(deriveStatus(input({ changes: both })).state).toBe("synced");
  expect(deriveStatus(input({ changes: [dismissed] })).state).toBe("refused");
});

test("[CL-9] what the server has put off is saved locally, not on its way", () => {
  const held = { code: "device-quarantined", message: "" } as const;
  const putOff = change({ ...pending, held });
  expect(deriveStatus(input({ changes: [putOff] })).state).toBe("local");
});

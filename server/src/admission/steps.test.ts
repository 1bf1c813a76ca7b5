/** Each step alone, as the pure function it is. */
import {
  limits,
  recordIdFromBytes,
  sha256Hex,
  type DeviceId,
  type OpId,
} from "@suture/schema";
import { describe, expect, test } from "vitest";
import { judgeActor } from "./attribute.ts";
import { seededRandom, TestAuthor } from "./author.test-support.ts";
import { boundBatch, boundChange } from "./bound.ts";
import { decodePushed } from "./decode.ts";
import type { PushedChange, Standing } from "./judgement.ts";
import { mayKnow, permitChange } from "./permit.ts";
import { foldParents, judgeParent, parentOf, readCreation } from "./scope.ts";
import { typeOf, types } from "./world.test-support.ts";

const random = seededRandom(7);
const ids = [1, 2, 3].map(() => recordIdFromBytes(random.bytes(16)));
const [recordId, parentId, otherId] = ids as [
  (typeof ids)[number],
  (typeof ids)[number],
  (typeof ids)[number],
];
const deviceId = "5b2c1a10-0000-4000-8000-000000000001" as DeviceId;
const author = new TestAuthor({ memberId: parentId, deviceId }, random);
const sized = (length: number): PushedChange => ({
  recordId,
  bytes: new Uint8Array(length),
});
const standing = (
  roles: readonly ("clinician" | "technician")[],
  teamIds: readonly (typeof ids)[number][] = [],
): Standing => ({
  roles: new Set(roles),
  teamIds: new Set(teamIds),
  isActive: true,
});

describe("bound", () => {
  test("[AD-2] a batch holds so many changes and bytes, and not one more", () => {
    const many = Array<PushedChange>(limits.maxBatchChanges).fill(sized(1));
    expect(boundBatch(many)).toMatchObject({ ok: true });
    expect(boundBatch([...many, sized(1)])).toMatchObject({
      error: { code: "batch-too-large" },
    });
    const heavy = Array<PushedChange>(4).fill(sized(limits.maxBatchBytes / 4));
    expect(boundBatch(heavy)).toMatchObject({ ok: true });
    expect(boundBatch([...heavy, sized(1)])).toMatchObject({
      error: { code: "batch-too-large" },
    });
  });

  test("[AD-2] a change has so many bytes, and not one more", () => {
    expect(boundChange(sized(limits.maxChangeBytes))).toMatchObject({
      ok: true,
    });
    expect(boundChange(sized(limits.maxChangeBytes + 1))).toMatchObject({
      error: { code: "change-too-large" },
    });
  });
});

describe("decode", () => {
  test("[AD-3] what cannot be read is named by the digest of its bytes", () => {
    const bytes = new TextEncoder().encode("no change");
    expect(decodePushed({ recordId, bytes })).toMatchObject({
      error: {
        hash: sha256Hex(bytes),
        refusal: { code: "chunk-malformed" },
      },
    });
  });

  test("[AD-3] what can be read is named by the hash that Automerge gives it", () => {
    const { replica, pushed } = author.create(typeOf("patient"), { parentId });
    const read = decodePushed(pushed);
    expect(read.ok && [read.value.change.hash]).toEqual(replica.index.heads());
  });
});

describe("attribute", () => {
  const own = { memberId: parentId, deviceId, recordId };
  test("[AD-5] an actor is free at first use, and then one member's on one device in one record", () => {
    expect(judgeActor(undefined, own).ok).toBe(true);
    expect(judgeActor(own, { ...own }).ok).toBe(true);
    const device = "5b2c1a10-0000-4000-8000-000000000002" as DeviceId;
    for (const used of [
      { ...own, memberId: otherId },
      { ...own, deviceId: device },
      { ...own, recordId: otherId },
    ])
      expect(judgeActor(own, used)).toMatchObject({
        error: { code: "actor-of-another" },
      });
  });
});

describe("scope", () => {
  const creationOf = (pushed: PushedChange) => {
    const read = decodePushed(pushed);
    if (!read.ok) throw new Error("unreadable");
    return readCreation(types, read.value);
  };

  test("[AD-6] a creation says which record it creates, of which type, under which parent", () => {
    const { pushed } = author.create(typeOf("patient"), { parentId });
    expect(creationOf(pushed)).toMatchObject({
      value: { recordId: pushed.recordId, parentId },
    });
    expect(creationOf({ ...pushed, recordId })).toMatchObject({
      error: { code: "creation-malformed" },
    });
    const rootless = author.create(typeOf("patient"), { parentId: null });
    expect(creationOf(rootless.pushed)).toMatchObject({
      error: { code: "creation-malformed" },
    });
  });

  test("[AD-6] a parent fits by its type, or is not here", () => {
    const type = typeOf("appointment");
    expect(judgeParent(type, undefined)).toMatchObject({ value: "not-here" });
    expect(judgeParent(type, { recordType: "team" })).toMatchObject({
      value: "fits",
    });
    expect(judgeParent(type, { recordType: "organization" })).toMatchObject({
      error: { code: "parent-wrong" },
    });
  });

  test("[AD-11] moves made apart fold to the same parent in either order", () => {
    const created = { opId: "1@aa" as OpId, pred: [] };
    const move = (opId: string, target: typeof recordId) =>
      ({
        kind: "parentId",
        opId: opId as OpId,
        pred: [created.opId],
        parentId: target,
      }) as const;
    const start = foldParents(
      [],
      [{ kind: "parentId", ...created, parentId: recordId }],
    );
    const [one, two] = [move("5@aa", parentId), move("5@bb", otherId)];
    const straight = foldParents(foldParents(start, [one]), [two]);
    const reversed = foldParents(foldParents(start, [two]), [one]);
    expect(straight).toEqual(reversed);
    expect(parentOf(straight)).toBe(otherId);
  });
});

describe("permit", () => {
  test("[AD-8] a record of a team is known to those of the team who may read its type", () => {
    const type = typeOf("appointment");
    expect(mayKnow(type, parentId, standing(["clinician"], [parentId]))).toBe(
      true,
    );
    expect(mayKnow(type, parentId, standing(["clinician"], [otherId]))).toBe(
      false,
    );
    expect(mayKnow(type, parentId, standing(["technician"], [parentId]))).toBe(
      false,
    );
  });

  test("[AD-8] every touched field must be the author's to write, and every changed part theirs to sign", () => {
    const type = typeOf("patient");
    const written = {
      kind: "field",
      name: "maritalStatus",
      value: "M",
      opId: "5@aa" as OpId,
      pred: [],
    } as const;
    const act = {
      group: "prescribing",
      changedParts: ["allergies"],
      resolution: null,
    };
    const judge = (roles: readonly ("clinician" | "technician")[]) =>
      [
        { edits: [written], acts: [], isCreation: false },
        { edits: [], acts: [act], isCreation: false },
        { edits: [], acts: [], isCreation: true },
      ].map((change) => permitChange({ type, ...change }, standing(roles)).ok);
    expect(judge(["clinician"])).toEqual([true, true, true]);
    expect(judge(["technician"])).toEqual([false, false, false]);
  });
});

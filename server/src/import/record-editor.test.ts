import {
  readText,
  serviceJob,
  type DeviceId,
  type RecordId,
} from "@suture/schema";
import { expect, test } from "vitest";
import { seededRandom, TestAuthor } from "../admission/author.test-support.ts";
import { RecordEditor } from "./record-editor.ts";

const signer = {
  memberId: "0000000000000001" as RecordId,
  deviceId: "00000000-0000-4000-8000-000000000001" as DeviceId,
};

test("[CO-15] an import goes on writing a record that three hundred wrote in apart", () => {
  const random = seededRandom(1);
  const people = new TestAuthor(signer, random);
  const { replica, pushed } = people.create(serviceJob, { parentId: null });
  const changes = [pushed.bytes];
  const heads = replica.index.heads();
  const apart = () => ({ heads, actor: people.newActor() });
  const requested = people.setField(replica, "requester", "Ward 1", apart());
  changes.push(requested.bytes);
  const note = { status: "active", text: "It beeps." };
  for (let count = 0; count < 300; count += 1)
    changes.push(people.addEntry(replica, "notes", note, apart()).bytes);

  const { index, recordId } = replica;
  const fold = replica.foldAt(index.heads());
  const editor = new RecordEditor(
    { clock: { now: () => 1 }, random, signer },
    serviceJob,
    recordId,
    { index, fold, changes },
  );
  for (const ward of ["Ward 2", "Ward 3"]) {
    expect(editor.write([{ key: "requester", set: ward }]).ok).toBe(true);
    expect(fold.scalars("requester")).toEqual([ward]);
  }
});

test("[CO-15] an import writes a text where three hundred wrote apart, over all that was written there", () => {
  const random = seededRandom(2);
  const people = new TestAuthor(signer, random);
  const { replica, pushed } = people.create(serviceJob, { parentId: null });
  const changes = [pushed.bytes];
  const heads = replica.index.heads();
  const note = { status: "active", text: "It beeps." };
  for (let count = 0; count < 300; count += 1) {
    const at = { heads, actor: people.newActor() };
    changes.push(people.addEntry(replica, "notes", note, at).bytes);
  }
  const { index, recordId } = replica;
  const fold = replica.foldAt(index.heads());
  const editor = new RecordEditor(
    { clock: { now: () => 1 }, random, signer },
    serviceJob,
    recordId,
    { index, fold, changes },
  );
  for (const text of ["It beeps.", "It beeps at night."]) {
    const written = editor.writeText("description", text);
    if (!written.ok) throw new Error(written.error.code);
    changes.push(...written.value.map(({ bytes }) => bytes));
    expect(readText(serviceJob, "description", changes)).toBe(text);
  }
});

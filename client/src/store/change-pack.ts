/**
 * What some changes of a record mean, as it was read from their chunks: each digest checked, each value judged by its record
 * type. A change means the same for ever, so this is made once and read whenever the record is opened. It is derived: without it the
 * chunks are read again. What has become of a change is never in it. SPEC CL-25.
 *
 * As bytes: the length of a JSON text in four bytes, low first, that text, and the texts of the statements one behind the other. Of
 * statements that were overwritten most are never looked at again, so they are not even made a string before.
 */
import {
  decodeUtf8,
  encodeUtf8,
  type ChangeHash,
  type Edit,
  type IndexedChange,
} from "@suture/schema";

type StatementEdit = Extract<Edit, { readonly kind: "statement" }>;

export type PackedEdit<Text = Uint8Array> =
  | Exclude<Edit, StatementEdit>
  | (Omit<StatementEdit, "statement"> & { readonly text: Text });

/** Of its index row what does not follow from the edits and the rows before it. */
export interface PackedChange<Text = Uint8Array> extends Pick<
  IndexedChange,
  "actor" | "seq" | "startOp" | "opCount" | "writes" | "isRooted"
> {
  readonly hash: ChangeHash;
  readonly edits: readonly PackedEdit<Text>[];
}

export interface ChangePack<Text = Uint8Array> {
  /** The rules by which the changes were read. By others they may mean something else. */
  readonly readBy: string;
  /** In causal order. */
  readonly changes: readonly PackedChange<Text>[];
}

const lengthBytes = 4;

export function encodePack({ readBy, changes }: ChangePack): Uint8Array {
  const texts: Uint8Array[] = [];
  const pack: ChangePack<number> = {
    readBy,
    changes: changes.map((change) => ({
      ...change,
      edits: change.edits.map((edit) => {
        if (edit.kind !== "statement") return edit;
        texts.push(edit.text);
        return { ...edit, text: edit.text.length };
      }),
    })),
  };
  const head = encodeUtf8(JSON.stringify(pack));
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  const bytes = new Uint8Array(lengthBytes + head.length + length);
  for (let at = 0; at < lengthBytes; at += 1)
    bytes[at] = (head.length >>> (8 * at)) & 0xff;
  bytes.set(head, lengthBytes);
  let at = lengthBytes + head.length;
  for (const text of texts) {
    bytes.set(text, at);
    at += text.length;
  }
  return bytes;
}

/**
 * Only this program writes packs, and their row's checksum says that they are what was written: to look into each change takes as long
 * as to read it anew. Statements are views of `bytes`.
 */
export function decodePack(bytes: Uint8Array): ChangePack {
  let length = 0;
  for (let at = 0; at < lengthBytes; at += 1)
    length += (bytes[at] ?? 0) * 2 ** (8 * at);
  let at = lengthBytes + length;
  const head = decodeUtf8(bytes.subarray(lengthBytes, at));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  const pack = JSON.parse(head ?? "") as ChangePack<number>;
  const textOf = (textLength: number) => {
    at += textLength;
    return bytes.subarray(at - textLength, at);
  };
  return {
    readBy: pack.readBy,
    changes: pack.changes.map(({ edits, ...change }) => ({
      ...change,
      edits: edits.map((edit) =>
        edit.kind === "statement" ? { ...edit, text: textOf(edit.text) } : edit,
      ),
    })),
  };
}

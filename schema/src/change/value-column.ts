import { ByteReader } from "./byte-reader.ts";
import type { Datatype, ScalarValue } from "./change-op.ts";
import { malformed, tooLarge } from "./chunk-refusal.ts";
import { readUint, RunLengthColumn } from "./column-readers.ts";

export interface TypedValue {
  readonly value: ScalarValue;
  readonly datatype: Datatype | null;
}

const nullValue: TypedValue = { value: null, datatype: null };
const falseValue: TypedValue = { value: false, datatype: null };
const trueValue: TypedValue = { value: true, datatype: null };

/**
 * Two columns read together: one of metadata (length in bytes × 16 + type) and one of raw bytes. Types the format
 * leaves for later are refused. SPEC CH-11.
 */
export class ValueColumn {
  readonly #metadata: RunLengthColumn<number>;
  readonly #raw: ByteReader;
  readonly #maxValueBytes: number;

  constructor(
    metadata: ByteReader,
    raw: ByteReader,
    maxRows: number,
    maxValueBytes: number,
  ) {
    this.#metadata = new RunLengthColumn(metadata, maxRows, readUint);
    this.#raw = raw;
    this.#maxValueBytes = maxValueBytes;
  }

  get isDone(): boolean {
    return this.#metadata.isDone && this.#raw.isDone;
  }

  next(): TypedValue {
    const metadata = this.#metadata.next();
    if (metadata === null) malformed("a value has no type");
    const type = metadata % 16;
    const length = (metadata - type) / 16;
    if (length > this.#maxValueBytes) tooLarge("a value is too long");
    if (type <= 2 && length !== 0) malformed("a value has the wrong length");
    switch (type) {
      case 0:
        return nullValue;
      case 1:
        return falseValue;
      case 2:
        return trueValue;
      case 3:
        return { value: this.#integer(length, false), datatype: "uint" };
      case 4:
        return { value: this.#integer(length, true), datatype: "int" };
      case 5:
        return { value: this.#float(length), datatype: "float64" };
      case 6:
        return { value: this.#raw.textOf(length), datatype: null };
      case 7:
        // A copy: a view would keep the whole chunk in memory, and would change with it.
        return { value: this.#raw.take(length).slice(), datatype: "bytes" };
      case 8:
        return { value: this.#integer(length, true), datatype: "counter" };
      case 9:
        return { value: this.#integer(length, true), datatype: "timestamp" };
      default:
        return malformed("a value is of an unknown type");
    }
  }

  #integer(length: number, isSigned: boolean): number {
    const reader = new ByteReader(this.#raw.take(length));
    const value = isSigned ? reader.int() : reader.uint();
    if (!reader.isDone) malformed("a value has the wrong length");
    return value;
  }

  #float(length: number): number {
    if (length !== 8) malformed("a value has the wrong length");
    const bytes = this.#raw.take(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
  }
}

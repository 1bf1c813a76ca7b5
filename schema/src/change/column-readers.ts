/**
 * The column encodings of a change, read row by row. Nothing is expanded: a run is a counter, and a run longer than
 * the rows still allowed is refused when its header is read, so a hundred bytes cannot ask for millions of rows.
 * A column that is absent has no bytes and reads as nulls (or false) throughout. SPEC CH-10.
 *
 * Source: "Automerge binary format", sections on run-length, delta and boolean columns.
 */
import { emptyReader, type ByteReader } from "./byte-reader.ts";
import { malformed, tooLarge } from "./chunk-refusal.ts";

/**
 * A positive count is that many of the one value that follows, a negative count so many single values, and a zero is
 * followed by a number of nulls.
 */
export class RunLengthColumn<T> {
  readonly #reader: ByteReader;
  readonly #readValue: (reader: ByteReader) => T;
  readonly #isAbsent: boolean;
  #rowsAllowed: number;
  #runLeft = 0;
  #isLiteral = false;
  #value: T | null = null;

  constructor(
    reader: ByteReader,
    maxRows: number,
    readValue: (reader: ByteReader) => T,
  ) {
    this.#reader = reader;
    this.#rowsAllowed = maxRows;
    this.#readValue = readValue;
    this.#isAbsent = reader.isDone;
  }

  get isDone(): boolean {
    return this.#runLeft === 0 && this.#reader.isDone;
  }

  next(): T | null {
    if (this.#isAbsent) return null;
    if (this.#runLeft === 0) this.#startRun();
    this.#runLeft -= 1;
    return this.#isLiteral ? this.#readValue(this.#reader) : this.#value;
  }

  #startRun(): void {
    if (this.#reader.isDone)
      malformed("a column ends before the operations do");
    const header = this.#reader.int();
    const length = header === 0 ? this.#reader.uint() : Math.abs(header);
    if (length === 0) malformed("a run is empty");
    if (length > this.#rowsAllowed)
      tooLarge("a run is longer than a change may be");
    this.#rowsAllowed -= length;
    this.#runLeft = length;
    this.#isLiteral = header < 0;
    this.#value = header > 0 ? this.#readValue(this.#reader) : null;
  }
}

/** Run-length encoded differences from the row before; null rows leave the sum alone. Sums are never negative. */
export class DeltaColumn {
  readonly #differences: RunLengthColumn<number>;
  #sum = 0;

  constructor(reader: ByteReader, maxRows: number) {
    this.#differences = new RunLengthColumn(reader, maxRows, readInt);
  }

  get isDone(): boolean {
    return this.#differences.isDone;
  }

  next(): number | null {
    const difference = this.#differences.next();
    if (difference === null) return null;
    this.#sum += difference;
    if (this.#sum < 0 || this.#sum > Number.MAX_SAFE_INTEGER)
      malformed("a counter is out of range");
    return this.#sum;
  }
}

/** Run lengths alone, of false and true in turn; only the first may be zero. */
export class BooleanColumn {
  readonly #reader: ByteReader;
  readonly #isAbsent: boolean;
  #rowsAllowed: number;
  #runLeft = 0;
  #value = true;
  #isFirstRun = true;

  constructor(reader: ByteReader, maxRows: number) {
    this.#reader = reader;
    this.#rowsAllowed = maxRows;
    this.#isAbsent = reader.isDone;
  }

  get isDone(): boolean {
    return this.#runLeft === 0 && this.#reader.isDone;
  }

  next(): boolean {
    if (this.#isAbsent) return false;
    while (this.#runLeft === 0) this.#startRun();
    this.#runLeft -= 1;
    return this.#value;
  }

  #startRun(): void {
    if (this.#reader.isDone)
      malformed("a column ends before the operations do");
    const length = this.#reader.uint();
    if (length === 0 && !this.#isFirstRun) malformed("a run is empty");
    if (length > this.#rowsAllowed)
      tooLarge("a run is longer than a change may be");
    this.#rowsAllowed -= length;
    this.#runLeft = length;
    this.#value = !this.#value;
    this.#isFirstRun = false;
  }
}

/** Of columns that are absent, as most are: nothing moves in them, so one of each is enough for all changes. */
const absentRuns = new RunLengthColumn<never>(emptyReader, 0, () =>
  malformed("an absent column has a value"),
);
const absentDeltas = new DeltaColumn(emptyReader, 0);
const absentBooleans = new BooleanColumn(emptyReader, 0);

export function runLengthColumn<T>(
  reader: ByteReader,
  maxRows: number,
  readValue: (reader: ByteReader) => T,
): RunLengthColumn<T> {
  return reader.isDone
    ? absentRuns
    : new RunLengthColumn(reader, maxRows, readValue);
}

export function deltaColumn(reader: ByteReader, maxRows: number): DeltaColumn {
  return reader.isDone ? absentDeltas : new DeltaColumn(reader, maxRows);
}

export function booleanColumn(
  reader: ByteReader,
  maxRows: number,
): BooleanColumn {
  return reader.isDone ? absentBooleans : new BooleanColumn(reader, maxRows);
}

export function readUint(reader: ByteReader): number {
  return reader.uint();
}

function readInt(reader: ByteReader): number {
  return reader.int();
}

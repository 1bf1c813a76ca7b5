/**
 * How values lie in a browser: sealed one by one with the store's data key, by XChaCha20-Poly1305, under a nonce drawn anew for each.
 * What a value belongs to (partition, table, key) is sealed with it. So nobody without the key reads it or makes one, and what was
 * damaged, or lies under another key than it was written for, does not open. SPEC WB-3, WB-4.
 *
 * It is done at once, not by WebCrypto: a transaction of IndexedDB ends while one waits for anything else.
 */
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import {
  decodeUtf8,
  encodeUtf8,
  StoreError,
  type Random,
  type StoredValue,
  type Table,
} from "@suture/schema";

export const dataKeyBytes = 32;
const nonceBytes = 24;
const tagBytes = 16;

export class RowSealer {
  readonly #key: Uint8Array;
  readonly #random: Random;
  readonly #tables: ReadonlyMap<string, Table<unknown>>;
  readonly #onDamage: () => void;

  constructor(options: {
    readonly key: Uint8Array;
    readonly random: Random;
    readonly tables: ReadonlyMap<string, Table<unknown>>;
    /** A row did not open. */
    readonly onDamage?: (() => void) | undefined;
  }) {
    if (options.key.length !== dataKeyBytes)
      throw new TypeError(`a data key has ${dataKeyBytes} bytes`);
    this.#key = options.key;
    this.#random = options.random;
    this.#tables = options.tables;
    this.#onDamage = options.onDamage ?? (() => undefined);
  }

  sealValue(
    partition: string,
    table: string,
    key: string,
    value: StoredValue,
  ): Uint8Array {
    const bytes = typeof value === "string" ? encodeUtf8(value) : value;
    return this.seal(placeOf(partition, table, key), bytes);
  }

  /** Throws `store-damaged` for what was not written there under this key. */
  openValue(
    partition: string,
    table: string,
    key: string,
    sealed: Uint8Array,
  ): StoredValue {
    const bytes = this.open(placeOf(partition, table, key), sealed);
    const value =
      bytes === null || this.#tables.get(table)?.encoding === "bytes"
        ? bytes
        : decodeUtf8(bytes);
    if (value !== null) return value;
    this.#onDamage();
    throw new StoreError(
      "store-damaged",
      `table ${table}: a row is not what was written`,
    );
  }

  /** Whether a row is what was written there under this key. */
  opens(
    partition: string,
    table: string,
    key: string,
    sealed: Uint8Array,
  ): boolean {
    return this.open(placeOf(partition, table, key), sealed) !== null;
  }

  seal(place: string, bytes: Uint8Array): Uint8Array {
    const sealed = new Uint8Array(nonceBytes + bytes.length + tagBytes);
    const nonce = this.#random.bytes(nonceBytes);
    sealed.set(nonce);
    this.#cipher(nonce, place).encrypt(bytes, sealed.subarray(nonceBytes));
    return sealed;
  }

  /** Null for what was not sealed for this place under this key. */
  open(place: string, sealed: Uint8Array): Uint8Array | null {
    if (sealed.length < nonceBytes + tagBytes) return null;
    try {
      return this.#cipher(sealed.subarray(0, nonceBytes), place).decrypt(
        sealed.subarray(nonceBytes),
      );
    } catch {
      return null;
    }
  }

  #cipher(nonce: Uint8Array, place: string) {
    return xchacha20poly1305(this.#key, nonce, encodeUtf8(place));
  }
}

/** Neither partitions nor tables nor text keys hold NUL. */
function placeOf(partition: string, table: string, key: string): string {
  return `${partition}\0${table}\0${key}`;
}

import { sutureRecords, type RecordType } from "@suture/schema";

import type { RecordDeps } from "./record-deps.ts";
import { Repository } from "./repository.ts";

type SutureType = (typeof sutureRecords)[number];
type SutureTypeNamed<Name extends string> = Extract<
  SutureType,
  { readonly type: Name }
>;

/** One repository for each record type: whoever asks again gets the same. */
export class Repositories {
  readonly #deps: RecordDeps;
  readonly #byType = new Map<RecordType, Repository>();

  constructor(deps: RecordDeps) {
    this.#deps = deps;
  }

  /** Throws for a type that the client was not given: that is a mistake in the app. */
  of<R extends RecordType>(type: R): Repository<R> {
    if (this.#deps.types.get(type.type) !== type)
      throw new Error(`the client was not given record type ${type.type}`);
    const held = this.#byType.get(type);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- kept under its own type
    if (held !== undefined) return held as unknown as Repository<R>;
    const repository = new Repository(this.#deps, type);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the general form of the same records
    this.#byType.set(type, repository as unknown as Repository);
    return repository;
  }

  named<Name extends SutureType["type"]>(
    name: Name,
  ): Repository<SutureTypeNamed<Name>> {
    const type = sutureRecords.find(
      (one): one is SutureTypeNamed<Name> => one.type === name,
    );
    if (type === undefined) throw new Error(`there is no record type ${name}`);
    return this.of(type);
  }
}

/** A planted fault: texts of the product's sources that are replaced by others. */
export interface Mutation {
  /** What is wrong with the product then. */
  readonly name: string;
  readonly edits: readonly SourceEdit[];
}

export interface SourceEdit {
  /** From the root of the repository. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** Throws where the text to replace is not there exactly once. */
export function applyEdit(text: string, { file, find, replace }: SourceEdit) {
  if (text.split(find).length !== 2)
    throw new Error(`${file} does not hold the text exactly once: ${find}`);
  return text.replace(find, () => replace);
}

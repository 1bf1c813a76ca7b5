import type { GroupDefinition } from "@suture/schema";

import { useText } from "../text/use-text.ts";
import { valueWords } from "./value-words.ts";
import { isObject, nameWords, type Names } from "./word-parts.ts";

/** What a settled content, or one about to be signed, says: each part with its entries. */
export function ContentLines({
  definition,
  content,
  parts = Object.keys(definition.parts),
  names,
}: {
  readonly definition: GroupDefinition;
  readonly content: Readonly<Record<string, unknown>>;
  readonly parts?: readonly string[];
  readonly names: Names;
}) {
  const { reviews: text } = useText();
  return (
    <dl className="content-lines">
      {parts.map((name) => {
        const value = content[name];
        const isEntries = definition.parts[name]?.kind === "entries";
        const said =
          isEntries && isObject(value) ? Object.values(value) : [value];
        return (
          <div key={name}>
            <dt>{nameWords(name, names)}</dt>
            {said.length === 0 ? (
              <dd>{text.nothingEntered}</dd>
            ) : (
              said.map((each, at) => (
                <dd key={at}>{valueWords(name, each, names)}</dd>
              ))
            )}
          </div>
        );
      })}
    </dl>
  );
}

import { valueWords } from "../reviews/value-words.ts";
import { nameWords, type Names } from "../reviews/word-parts.ts";
import type { AuditText } from "../text/audit.ts";
import type { TimelineEdit } from "./timeline-entries.ts";

/** Before and after, in words; several that stood side by side are all told. Before is null where nothing was overwritten. */
export function editWords(
  { kind, name, before, after }: TimelineEdit,
  names: Names,
  text: AuditText["timeline"],
): { readonly before: string | null; readonly after: string } {
  switch (kind) {
    case "text":
      return { before: null, after: text.textEdited };
    case "increment":
      return { before: null, after: text.counted(Number(after)) };
    case "resolution":
      return {
        before: null,
        after: text.settled(
          before.length,
          nameWords(name, names),
          typeof after === "string" ? after : "",
        ),
      };
    case "value": {
      const stood = before.map((each) => valueWords(name, each, names));
      return {
        before: stood.length === 0 ? null : stood.join(` ${text.beforeJoin} `),
        after:
          after === undefined ? text.takenOut : valueWords(name, after, names),
      };
    }
  }
}

/**
 * A group and its content in the general form that rules are written against, and back. Sound because content is validated by
 * its group's own schemas before anything reads it (SPEC CF-1); in one place because the compiler cannot know that.
 */
/* oxlint-disable typescript/no-unsafe-type-assertion -- what this file is for */
import type {
  ContentOf,
  GroupDefinition,
  GroupName,
  Parts,
  RecordType,
} from "../records/define-record.ts";
import { groupOf } from "../records/record-types.ts";
import type { Content } from "./statement.ts";

export function generalGroup<P extends Parts>(
  group: GroupDefinition<P>,
): GroupDefinition {
  return group as unknown as GroupDefinition;
}

export function generalContent<P extends Parts>(
  content: ContentOf<P>,
): Content {
  return content as Content;
}

export function typedContent<P extends Parts>(content: Content): ContentOf<P> {
  return content as ContentOf<P>;
}

/** A group as its type declares it, looked up by name; undefined for one that the type turns out not to have. */
export function declaredGroup<R extends RecordType, G extends GroupName<R>>(
  type: R,
  name: G,
): GroupDefinition<R["groups"][G]["parts"]> | undefined {
  return groupOf(type, name) as
    GroupDefinition<R["groups"][G]["parts"]> | undefined;
}

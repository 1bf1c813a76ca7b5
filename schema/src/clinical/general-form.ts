/**
 * A group and its content in the general form that rules are written against, and back. Sound because content is validated by
 * its group's own schemas before anything reads it (SPEC CF-1); in one place because the compiler cannot know that.
 */
/* oxlint-disable typescript/no-unsafe-type-assertion -- what this file is for */
import type {
  ContentOf,
  GroupDefinition,
  Parts,
} from "../records/define-record.ts";
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

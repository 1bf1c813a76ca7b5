import type { RecordId } from "@suture/schema";

import type { Account } from "./account.ts";
import type { DeviceProcess } from "./device-process.ts";
import type { World } from "./world.ts";

/** One story of the demo. It ends by itself, and leaves every device online and synced. */
export interface Story {
  /** `a` to `l`. */
  readonly id: string;
  readonly title: string;
  readonly run: (world: World, teller: Teller) => Promise<void>;
}

/** How a story speaks: what people do, what they read on their screens, and what must be true. */
export interface Teller {
  readonly tell: (sentence: string) => void;
  /** Shows the words under a record on a device's screen, and answers them. */
  readonly screen: (
    device: DeviceProcess,
    what: string,
    recordId: RecordId,
  ) => Promise<string>;
  readonly check: (
    sentence: string,
    holds: boolean | Promise<boolean>,
  ) => Promise<void>;
}

export interface StoryOutcome {
  readonly id: string;
  readonly title: string;
  readonly checkCount: number;
  /** Sentences that did not hold; a story that broke off says why. */
  readonly failures: readonly string[];
  readonly durationMs: number;
}

/** Runs one story to its end, or to where it breaks off: that is a failure, and the next one still gets its turn. */
export async function runStory(
  story: Story,
  world: World,
  account: Account,
): Promise<StoryOutcome> {
  const startedAtMs = Date.now();
  const failures: string[] = [];
  let checkCount = 0;
  account.story(story.id, story.title);
  try {
    await story.run(world, {
      tell: (sentence) => account.tell(sentence),
      async screen(device, what, recordId) {
        const label = await device.label(recordId);
        account.screen(device.name, what, label);
        return label;
      },
      async check(sentence, holds) {
        const isTrue = await holds;
        checkCount += 1;
        if (!isTrue) failures.push(sentence);
        account.check(sentence, isTrue);
      },
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    failures.push(`broke off: ${reason}`);
    account.broke(reason);
  }
  const { id, title } = story;
  return {
    id,
    title,
    checkCount,
    failures,
    durationMs: Date.now() - startedAtMs,
  };
}

import { z } from "zod";

/**
 * A push was not looked at, because its device, its author or their organization has asked for more than its share lately. The
 * device sends it again, no earlier than that; nothing was judged. SPEC LM-3.
 */
export const pushDeferredMessage = z.strictObject({
  type: z.literal("push-deferred"),
  pushId: z.int().nonnegative(),
  retryAfterMs: z.int().positive(),
});
export type PushDeferredMessage = z.infer<typeof pushDeferredMessage>;

/** What this session asked for, and asks for from now on, is answered no earlier than that. Nothing has to be sent again. SPEC LM-4. */
export const answersPausedMessage = z.strictObject({
  type: z.literal("answers-paused"),
  resumeAfterMs: z.int().positive(),
});
export type AnswersPausedMessage = z.infer<typeof answersPausedMessage>;

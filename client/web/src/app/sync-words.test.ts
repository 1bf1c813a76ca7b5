import type { DoubtedWork, SyncProblem, SyncStatus } from "@suture/client";
import { expect, test } from "vitest";

import { en } from "../text/en.ts";
import { syncWords } from "./sync-words.ts";

const nineMs = new Date(2026, 2, 2, 9).getTime();
const minuteMs = 60_000;

function words(
  given: Partial<SyncStatus> & {
    readonly unsentCount?: number | null;
    readonly doubted?: DoubtedWork;
  },
) {
  const { unsentCount = 0, doubted = null, ...status } = given;
  const connection: SyncStatus = {
    state: "waiting",
    problem: null,
    lastAnswerAtMs: null,
    caughtUpAtMs: null,
    nextAttemptAtMs: null,
    ...status,
  };
  const nowMs = nineMs + 120 * minuteMs;
  return syncWords(en, { connection, unsentCount, doubted, nowMs });
}

const unreachable: SyncProblem = {
  code: "unreachable",
  sentence: "The server cannot be reached.",
  isRetryable: true,
};

test("[AP-9] offline: how much is on this device only, and when the server last answered", () => {
  const lastAnswerAtMs = nineMs + 12 * minuteMs;
  const problem = unreachable;
  expect(words({ problem, lastAnswerAtMs, unsentCount: 14 })).toEqual({
    tone: "away",
    words: "Offline · 14 changes on this device · last confirmed 09:12",
    details: ["The server cannot be reached."],
  });
  expect(words({ problem, unsentCount: 1 }).words).toBe(
    "Offline · 1 change on this device · never confirmed yet",
  );
});

test("[AP-9] all sent, as of when everything was here", () => {
  const caughtUpAtMs = nineMs + 102 * minuteMs;
  expect(words({ state: "up-to-date", caughtUpAtMs })).toEqual({
    tone: "good",
    words: "All your work is sent · data as of 10:42",
    details: [],
  });
});

test("[AP-9] what is not known is not none, and what is still going out is not sent", () => {
  const state = "up-to-date";
  expect(words({ state, unsentCount: null }).tone).toBe("moving");
  expect(words({ state, unsentCount: null }).words).not.toContain("All your");
  expect(words({ state, unsentCount: 2 }).words).toContain(
    "Sending · 2 changes on this device",
  );
});

test("[AP-9] what only a person can mend is said as a sentence to act on", () => {
  const sentence = "Your sign-in on this device has expired. Sign in again.";
  const problem: SyncProblem = {
    code: "token-expired",
    sentence,
    isRetryable: false,
  };
  expect(words({ state: "stopped", problem, unsentCount: 3 })).toMatchObject({
    tone: "stuck",
    details: [sentence],
  });
  const old: SyncProblem = { ...problem, code: "update-needed" };
  expect(words({ state: "stopped", problem: old }).words).toContain(
    "Update needed to send; your work is safe",
  );
});

test("[AP-9] another day's time is said with its day", () => {
  const lastAnswerAtMs = nineMs - 3 * 24 * 60 * minuteMs;
  expect(words({ problem: unreachable, lastAnswerAtMs }).words).toContain(
    "last confirmed 27 Feb 2026, 09:00",
  );
});

test("[AP-172] what a restored server may have lost is told beside everything else, and what of it this device cannot send", () => {
  const caughtUpAtMs = nineMs + 102 * minuteMs;
  const state = "up-to-date";
  const sent = (count: string) =>
    `The server came back from an older copy. What it may have lost is sent again from this device: ${count}.`;
  const notSent = (what: string) =>
    `The server came back from an older copy. It may lack ${what} must open the app where they did.`;
  const ofOneAuthor = "1 change that this device cannot send: whoever wrote it";
  const ofSeveral =
    "3 changes that this device cannot send: whoever wrote them";
  expect(
    words({ state, caughtUpAtMs, doubted: { sentCount: 1, notSentCount: 0 } }),
  ).toEqual({
    tone: "moving",
    words: "All your work is sent · data as of 10:42",
    details: [sent("1 change")],
  });
  expect(
    words({ state, caughtUpAtMs, doubted: { sentCount: 0, notSentCount: 1 } }),
  ).toMatchObject({ tone: "stuck", details: [notSent(ofOneAuthor)] });
  expect(
    words({
      problem: unreachable,
      doubted: { sentCount: 2, notSentCount: 3 },
    }).details,
  ).toEqual([unreachable.sentence, sent("2 changes"), notSent(ofSeveral)]);
});

/**
 * How sync stands, in words. Judged by what the server answered and when, never by what the browser believes about its network: a
 * captive portal, a half-open socket and an expired VPN are all "no answer". SPEC AP-9.
 */
import type { DoubtedWork, SyncStatus } from "@suture/client";

import type { Text } from "../text/en.ts";

/** `away` passes by itself; `stuck` waits for a person. */
export type SyncTone = "good" | "moving" | "away" | "stuck";

export interface SyncWords {
  readonly tone: SyncTone;
  readonly words: string;
  /** What keeps the device from syncing, as one sentence to act on; and what the server may lack though it had had it. */
  readonly details: readonly string[];
}

export function syncWords(
  { shell, common }: Pick<Text, "shell" | "common">,
  {
    connection,
    unsentCount,
    doubted,
    nowMs,
  }: {
    readonly connection: SyncStatus;
    /** Null while it is not known, which is not none. */
    readonly unsentCount: number | null;
    /** Null while it is not known. */
    readonly doubted: DoubtedWork | null;
    readonly nowMs: number;
  },
): SyncWords {
  const { sync } = shell;
  const { state, problem, lastAnswerAtMs, caughtUpAtMs } = connection;
  const at = (atMs: number) =>
    nowMs - atMs < dayMs ? common.time(atMs) : common.dateTime(atMs);
  const { sentCount = 0, notSentCount = 0 } = doubted ?? {};
  const again = [
    ...(sentCount === 0 ? [] : [sync.sentAgain(sentCount)]),
    ...(notSentCount === 0 ? [] : [sync.notSentAgain(notSentCount)]),
  ];
  if (state === "up-to-date" && unsentCount === 0)
    return {
      tone: sentCount > 0 ? "moving" : notSentCount > 0 ? "stuck" : "good",
      words: sync.allSent(caughtUpAtMs === null ? null : at(caughtUpAtMs)),
      details: again,
    };
  const onDevice =
    unsentCount === null
      ? sync.counting
      : unsentCount === 0
        ? sync.onlyHere
        : sync.onDevice(unsentCount);
  const confirmed =
    lastAnswerAtMs === null ? sync.never : sync.confirmed(at(lastAnswerAtMs));
  const words = (first: string) => [first, onDevice, confirmed].join(" · ");
  if (problem !== null && !problem.isRetryable)
    return {
      tone: "stuck",
      words: words(
        problem.code === "update-needed" ? sync.updateNeeded : sync.stopped,
      ),
      details: [problem.sentence, ...again],
    };
  switch (state) {
    case "waiting":
    case "stopped":
      return {
        tone: "away",
        words: words(sync.offline),
        details: [...(problem === null ? [] : [problem.sentence]), ...again],
      };
    case "connecting":
      return { tone: "away", words: words(sync.connecting), details: again };
    case "receiving":
      return { tone: "moving", words: words(sync.receiving), details: again };
    case "up-to-date":
      return { tone: "moving", words: words(sync.sending), details: again };
  }
}

/** An hour of the day says which only within this. */
const dayMs = 20 * 60 * 60_000;

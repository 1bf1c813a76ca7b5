/**
 * How sync stands, in words. Judged by what the server answered and when, never by what the browser believes about its network: a
 * captive portal, a half-open socket and an expired VPN are all "no answer". SPEC AP-9.
 */
import type { SyncStatus } from "@suture/client";

import type { Text } from "../text/en.ts";

/** `away` passes by itself; `stuck` waits for a person. */
export type SyncTone = "good" | "moving" | "away" | "stuck";

export interface SyncWords {
  readonly tone: SyncTone;
  readonly words: string;
  /** What keeps the device from syncing, as one sentence to act on. */
  readonly detail: string | null;
}

export function syncWords(
  { shell, common }: Pick<Text, "shell" | "common">,
  {
    connection,
    unsentCount,
    nowMs,
  }: {
    readonly connection: SyncStatus;
    /** Null while it is not known, which is not none. */
    readonly unsentCount: number | null;
    readonly nowMs: number;
  },
): SyncWords {
  const { sync } = shell;
  const { state, problem, lastAnswerAtMs, caughtUpAtMs } = connection;
  const at = (atMs: number) =>
    nowMs - atMs < dayMs ? common.time(atMs) : common.dateTime(atMs);
  if (state === "up-to-date" && unsentCount === 0)
    return {
      tone: "good",
      words: sync.allSent(caughtUpAtMs === null ? null : at(caughtUpAtMs)),
      detail: null,
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
      detail: problem.sentence,
    };
  switch (state) {
    case "waiting":
    case "stopped":
      return {
        tone: "away",
        words: words(sync.offline),
        detail: problem?.sentence ?? null,
      };
    case "connecting":
      return { tone: "away", words: words(sync.connecting), detail: null };
    case "receiving":
      return { tone: "moving", words: words(sync.receiving), detail: null };
    case "up-to-date":
      return { tone: "moving", words: words(sync.sending), detail: null };
  }
}

/** An hour of the day says which only within this. */
const dayMs = 20 * 60 * 60_000;

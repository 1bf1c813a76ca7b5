/**
 * A conflict as one question with an answer for each candidate: what each says where they differ, who said it, on which device and when
 * by both clocks. What all agree on is counted, never hidden; nothing is preselected. SPEC AP-60 to AP-63.
 */
import type {
  ChangeHash,
  Combination,
  ComparedRow,
  DeviceId,
  GroupReading,
  OpId,
  RecordId,
} from "@suture/schema";
import type { HistoryEntry } from "@suture/client";

import type { ReviewsText } from "../text/reviews.ts";
import { valueWords } from "./value-words.ts";
import { nameWords, type Names } from "./word-parts.ts";

export type Conflict = Extract<GroupReading, { readonly status: "conflict" }>;

/** One thing that a candidate says where the candidates differ. */
export interface AnswerLine {
  /** Null where the question is about one part only and says which. */
  readonly part: string | null;
  readonly words: string;
  /** Against what all had last seen: new, otherwise than it was, as it was, or no longer there. */
  readonly kind: "added" | "changed" | "kept" | "removed";
}

export interface Answer {
  readonly opId: OpId;
  readonly lines: readonly AnswerLine[];
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
  /** By the device's clock. */
  readonly authoredAtMs: number;
  /** By the server's; null while it is only on this device. */
  readonly admittedAtMs: number | null;
  /** The change that holds it; null where this device cannot say. */
  readonly hash: ChangeHash | null;
  readonly reason: string | null;
  /** Whether it reached the server long after it was signed. */
  readonly wasOffline: boolean;
  /** Whether it was signed to settle a question, which did not know of the others. */
  readonly settledEarlier: boolean;
}

export interface ConflictQuestion {
  readonly title: string;
  readonly answers: readonly Answer[];
  /** Where the candidates differ. */
  readonly contested: readonly ComparedRow[];
  /** On how many entries and values all candidates agree; what nobody has said is none. */
  readonly agreedCount: number;
  /** Both together; null where they touch the same entry. */
  readonly both: {
    readonly lines: readonly AnswerLine[];
    readonly isOneStep: boolean;
    readonly content: Combination["content"];
  } | null;
}

/** Beyond this a change was kept on its device for a while, by both clocks. */
export const offlineAfterMs = 2 * 60_000;

export function askConflict(
  about: {
    readonly group: string;
    /** What people call the record. */
    readonly subject: string;
    readonly names: Names;
    readonly text: ReviewsText;
  },
  reading: Conflict,
  history: readonly HistoryEntry[],
): ConflictQuestion {
  const contested = reading.rows.filter((row) => !row.isAgreed);
  const parts = [...new Set(contested.map(({ part }) => part))];
  const lineOf = (row: ComparedRow, candidate: number) =>
    answerLine(row, row.versions[candidate], parts.length > 1, about.names);
  const answers = reading.candidates.map(
    ({ opId, attribution }, candidate): Answer => {
      const { memberId, deviceId, authoredAtMs, reason } = attribution;
      const entry = entryOf(history, about.group, attribution);
      const admittedAtMs = entry?.admittedAtMs ?? null;
      return {
        opId,
        lines: contested.flatMap((row) => lineOf(row, candidate)),
        memberId,
        deviceId,
        authoredAtMs,
        admittedAtMs,
        hash: entry?.hash ?? null,
        reason: reason ?? null,
        wasOffline:
          admittedAtMs !== null && admittedAtMs - authoredAtMs > offlineAfterMs,
        settledEarlier: (entry?.edits ?? []).some(
          ({ kind }) => kind === "resolution",
        ),
      };
    },
  );
  const { combination } = reading;
  return {
    title: titleOf(about, parts),
    answers,
    contested,
    agreedCount: reading.rows.filter(
      ({ isAgreed, versions }) => isAgreed && (versions[0] ?? null) !== null,
    ).length,
    both:
      combination === null
        ? null
        : {
            lines: contested.flatMap((row) => {
              const [changed] = row.changedBy;
              return changed === undefined ? [] : lineOf(row, changed);
            }),
            isOneStep: combination.isOneStep,
            content: combination.content,
          },
  };
}

function titleOf(
  { group, subject, names, text }: Parameters<typeof askConflict>[0],
  parts: readonly string[],
): string {
  const [only] = parts;
  const { questions, question } = text;
  if (parts.length === 1 && only !== undefined) {
    const own = questions[only];
    if (own !== undefined) return own(subject);
  }
  const partNames = parts.map((part) => nameWords(part, names));
  return question(subject, partNames, nameWords(group, names));
}

/** Nothing to say where an entry of somebody else's is simply not there. */
function answerLine(
  row: ComparedRow,
  version: unknown,
  hasSeveralParts: boolean,
  names: Names,
): readonly AnswerLine[] {
  const part = hasSeveralParts ? nameWords(row.part, names) : null;
  const isEntry = row.entryId !== null;
  if (isEntry && version === undefined) {
    return row.base === undefined
      ? []
      : [
          {
            part,
            words: valueWords(row.part, row.base, names),
            kind: "removed",
          },
        ];
  }
  const words = valueWords(row.part, version, names);
  if (row.base === undefined) return [{ part, words, kind: "added" }];
  const isKept = JSON.stringify(version) === JSON.stringify(row.base);
  return [{ part, words, kind: isKept ? "kept" : "changed" }];
}

/** The change in which a statement was signed: who, where and when is what the history says of it, too. */
function entryOf(
  history: readonly HistoryEntry[],
  group: string,
  signed: {
    readonly memberId: RecordId;
    readonly deviceId: DeviceId;
    readonly authoredAtMs: number;
  },
): HistoryEntry | undefined {
  return history.find(
    (entry) =>
      entry.deviceId === signed.deviceId &&
      entry.memberId === signed.memberId &&
      entry.authoredAtMs === signed.authoredAtMs &&
      entry.edits.some(
        ({ kind, name }) => kind === "statement" && name === group,
      ),
  );
}

/** What somebody typed to find a patient, as the records say it: words in any order, a day as `YYYY-MM-DD`. */

export interface PatientQuery {
  /** The most telling word, which the device's index is asked for; "" for everybody. */
  readonly matching: string;
  /** All words, each of which must begin a word of the record. Without case and accents. */
  readonly words: readonly string[];
}

const dayFirst = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/;

export function readQuery(typed: string): PatientQuery {
  const words = typed
    .split(/[\s,;]+/)
    .map((word) => plain(dayAsWritten(word)))
    .filter((word) => word !== "");
  const matching = words.reduce(
    (longest, word) => (word.length > longest.length ? word : longest),
    "",
  );
  return { matching, words };
}

/** Whether each word of the query begins one of these. */
export function fits(
  { words }: PatientQuery,
  stated: readonly string[],
): boolean {
  if (words.length < 2) return true;
  const starts = stated.flatMap((one) => [
    plain(one),
    ...plain(one).split(/\s+/),
  ]);
  return words.every((word) => starts.some((start) => start.startsWith(word)));
}

function dayAsWritten(word: string): string {
  const [, day = "", month = "", year = ""] = dayFirst.exec(word) ?? [];
  return year === ""
    ? word
    : `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

function plain(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{Diacritic}/gu, "")
    .toLowerCase();
}

const time = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
});
const date = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
});
const weekday = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
});

/** Words and forms of numbers and times that several areas share. */
export const commonText = {
  save: "Save",
  cancel: "Cancel",
  close: "Close",
  back: "Back",
  add: "Add",
  edit: "Edit",
  more: "Show more",
  mayHaveMore: (count: number) => `${count} are shown; there may be more.`,
  loading: "Loading…",
  saving: "Saving…",
  required: "This is needed.",
  unknownMember: "A colleague not on this device",
  none: "None",
  storeFailed:
    "This device could not read its storage. Your work is kept; try again.",
  inConflict: (count: number) =>
    `In conflict: ${count} versions, none of them settled.`,
  toReview: "Review the conflict",
  candidates: "Versions in conflict",
  reasonGiven: (reason: string) => `“${reason}”`,
  time: (atMs: number) => time.format(atMs),
  date: (atMs: number) => date.format(atMs),
  weekday: (atMs: number) => weekday.format(atMs),
  dateTime: (atMs: number) => `${date.format(atMs)}, ${time.format(atMs)}`,
  /** A partial date stays partial. */
  partialDate: (text: string) =>
    text.length === 10 ? date.format(Date.parse(`${text}T12:00`)) : text,
  age: (ageMs: number) => {
    const minutes = Math.max(0, Math.floor(ageMs / 60_000));
    if (minutes < 1) return "just now";
    if (minutes < 60) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
    const hours = Math.floor(minutes / 60);
    if (hours < 48) return hours === 1 ? "1 hour" : `${hours} hours`;
    return `${Math.floor(hours / 24)} days`;
  },
  /** Of a list of any length, on paper. */
  printedRows: (first: number, last: number, total: number | null) =>
    total === null
      ? `On this paper: rows ${first} to ${last} of a longer list.`
      : `On this paper: rows ${first} to ${last} of ${total}.`,
  /** Why a record cannot be shown here. */
  recordProblem: {
    "record-unknown":
      "This record is not on this device, or is not yours to read.",
    "record-type-unknown": "This app does not know this kind of record.",
    "update-needed": "This record needs a newer version of the app.",
    "store-damaged":
      "What this device had stored of this record is damaged. It is fetched again when the server can be reached.",
    "store-failed":
      "This device could not read its storage. Your work is kept; try again.",
  },
  /** A save that did not happen; what was typed stays in the form. */
  saveProblem: {
    "not-saved":
      "Not saved — this device cannot store it. What you typed is still here.",
    "not-permitted": "Your role may not change this.",
    "resolution-required":
      "This is in conflict. Settle the conflict, or edit one of its versions.",
    "record-unreadable": "This record cannot be read on this device.",
    "author-unknown": "You are not a member here, as far as this device knows.",
  } as Readonly<Record<string, string>>,
  saveRefused: (reason: string) => `Not saved: ${reason}.`,
  roles: {
    admin: "Admin",
    clinician: "Clinician",
    receptionist: "Receptionist",
    technician: "Technician",
    manager: "Manager",
    auditor: "Auditor",
  },
};

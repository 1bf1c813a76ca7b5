/** What people read where conflicts are settled and work that is still out is shown. */
export const reviewsText = {
  title: "Reviews",
  intro:
    "Questions that only a person can settle. Until then every answer stands, marked.",
  tabs: {
    label: "What to look at",
    questions: "Questions",
    closed: "Settled lately",
    team: "Work still out",
    stranded: "Not accepted",
  },

  // the queue
  loading: "Reading what is open…",
  empty: "Nothing is waiting for an answer on this device.",
  emptyOffline:
    "This device has not been in touch with the server for a while; there may be questions it has not heard of.",
  failed: "This device's store could not be read. It is tried again by itself.",
  safetySection: "Care and safety first",
  otherSection: "Everything else",
  outage: (devices: number, from: string, to: string, isOneMoment: boolean) =>
    `Came back ${isOneMoment ? from : `${from} to ${to}`}, from ${devices === 1 ? "one device" : `${devices} devices`}`,
  outageSince: (since: string) => `Signed offline since ${since}`,
  noOutage: "None of these came in late",
  count: (count: number) => (count === 1 ? "1 question" : `${count} questions`),
  openedAt: (instant: string) => `Open since ${instant}`,
  onThisDevice: "Seen by this device; the server has not heard of it yet",
  answeredHere:
    "Answered on this device; it closes when the server has the answer",
  incompleteHere: "this device does not have all of it yet",
  or: "or",
  andMore: (words: string, count: number) => `${words}, and ${count} more`,

  // questions, by the one part they are about
  questions: {
    partsReplaced: (subject: string) =>
      `Which parts were replaced on ${subject}?`,
    safetyTest: (subject: string) =>
      `What did the safety test of ${subject} say?`,
    completion: (subject: string) => `Is the job on ${subject} completed?`,
    medications: (subject: string) =>
      `Which medication is right for ${subject}?`,
    allergies: (subject: string) => `Which allergies does ${subject} have?`,
    problems: (subject: string) => `Which problems does ${subject} have?`,
    pregnancy: (subject: string) => `Is ${subject} pregnant?`,
    name: (subject: string) => `What is the name of ${subject}?`,
    birthDate: (subject: string) => `When was ${subject} born?`,
    gender: (subject: string) => `Which gender is right for ${subject}?`,
    identifiers: (subject: string) => `Which numbers belong to ${subject}?`,
    period: (subject: string) => `When is ${subject}?`,
    participants: (subject: string) => `Who takes part in ${subject}?`,
    operationalStatus: (subject: string) => `May ${subject} be used?`,
    quarantine: (subject: string) => `Is ${subject} kept from use?`,
    safetyNotices: (subject: string) =>
      `Which safety notices hold for ${subject}?`,
    roles: (subject: string) => `What may ${subject} do?`,
    teams: (subject: string) => `Which teams is ${subject} in?`,
    active: (subject: string) => `May ${subject} sign in?`,
  } as Readonly<Record<string, (subject: string) => string>>,
  question: (subject: string, parts: readonly string[], group: string) =>
    parts.length === 0
      ? `What is right for ${subject}: ${group}?`
      : `What is right for ${subject}: ${parts.join(", ")}?`,
  otherQuestions: {
    "double-booking": (subject: string, other: string) =>
      `Wanted twice at the same time: ${subject} and ${other}`,
    "new-result": (subject: string) =>
      `A new result for ${subject}: does what is prescribed still fit?`,
    attendance: (subject: string) =>
      `${subject} was cancelled or moved, and somebody arrived`,
  },
  otherHow: {
    "double-booking":
      "Both stand. The question closes when either is moved or cancelled.",
    "new-result":
      "Whoever prescribed had not seen this result. The question closes when a clinician who has seen it signs again, or when the result is withdrawn.",
    attendance:
      "Neither had seen the other. The question closes when the appointment is changed by somebody who has seen both.",
  },
  openRecord: (kind: string, label: string) => `Open ${kind}: ${label}`,

  // one conflict
  back: "All questions",
  onlyAbout: (subject: string) => `Only what is about ${subject}.`,
  answerHeading: (number: number) => `Answer ${number}`,
  nothingEntered: "Nothing entered",
  kinds: {
    added: "Added",
    changed: "Changed to",
    kept: "As it was before",
    removed: "Taken out",
  },
  unseenOffline: "Written offline without having seen the other entry",
  unseen: "Written without having seen the other entry",
  settledEarlier: "Signed as the answer to an earlier question",
  deviceClock: "Device's clock",
  serverClock: "Server's clock",
  notAtServer: "Not at the server yet",
  signersReason: "Their reason",
  agreed: (count: number) =>
    count === 0
      ? null
      : count === 1
        ? "One more entry is the same in both."
        : `${count} more entries are the same in all answers.`,
  untilThen: "Until this is settled",
  untilThenText: {
    prescribing:
      "Every allergy named here counts. A medication that is contested is marked: do not act on it.",
    identity: "The identity is marked unverified.",
    slot: "Every time named here is kept busy.",
    service: "The job cannot be completed.",
    fitness:
      "The most careful word counts: if anyone says out of service, it is.",
    membership: "The lesser rights count.",
    recordStatus: "The record counts as active.",
  } as Readonly<Record<string, string>>,
  doNotAct: "Do not act on this",

  // answering
  choose: "This is right",
  keepBoth: "Keep both",
  keepBothHint:
    "They touch different entries. Read them together before you sign.",
  keepBothDangerous:
    "They touch different entries, but may be dangerous together. Read both before you sign.",
  neither: "Neither is right",
  seeHistory: "See full history",
  hideHistory: "Hide history",
  mayNotChoose:
    "To choose needs another role than yours. Both answers stay as they are until then.",
  confirmTitle: "Sign this answer?",
  confirmIntro: "It goes on record under your name, with what you had seen.",
  confirmRows: "You are signing",
  confirmAlso: "Not taken",
  reasonLabel: "Why is this right?",
  reasonHint: "Stays in the history, for whoever asks later.",
  reasonNeeded: "Say why: whoever asks later needs it.",
  sign: "Sign answer",
  cancel: "Back",
  signed: "Answer signed",
  signedText: "It is saved on this device and goes to the server by itself.",
  moved:
    "Something arrived while you looked. Look again: what you had not seen stays open.",
  lookAgain: "Look again",
  notSaved: "The answer was not saved",
  undo: "Undo",
  undoTitle: "Your answer stays on record",
  undoText:
    "Nothing that was signed can be unsaid. To undo it, sign another answer; the history shows both.",
  undoDone: "Another answer was signed in its place.",
  undoTooLate:
    "Somebody has changed it since. Open the record to see what stands now.",
  undoReason: (reason: string) =>
    `In place of an answer signed in error: ${reason}`,
  settled: "Settled",
  settledText: "There is no open question here any more.",
  agreement: "Both said the same: nothing is left to settle.",
  signedByLabel: "Signed by",
  standsNow: "What stands now",
  byLabel: "By",
  deviceLabel: "Device",
  thisDevice: (name: string | null) =>
    name === null ? "this device" : `${name} (this device)`,
  unnamedDevice: (start: string) => `device ${start}…`,
  notAllHere:
    "Open. This device does not have all of its answers yet, so it cannot be settled here. They come with the next sync.",
  notHere:
    "The record it is about is not on this device. It comes with the next sync.",
  kindNames: {
    "double-booking": "Wanted twice",
    "new-result": "New result",
    attendance: "Arrived though cancelled or moved",
  },
  unknown:
    "There is no such question on this device, or it is not yours to see.",

  // an answer of one's own
  own: {
    title: "What is right?",
    intro: "Say for each entry what is right. Nothing is chosen for you.",
    asIn: (number: number) => `As in answer ${number}`,
    leaveOut: "Leave it out",
    write: "Otherwise:",
    startFrom: (number: number) => `starts from answer ${number}`,
    next: "Read and sign",
    unanswered: "Say what is right here.",
    notValid: "This is not complete or not valid.",
  },

  // earlier questions on the record
  earlier: {
    title: "Earlier questions on this record",
    none: "There were none.",
    outcomes: {
      resolved: "Settled",
      agreed: "Agreed: all said the same",
      superseded: "Closed by a later change",
    },
    at: (outcome: string, instant: string) => `${outcome}, ${instant}`,
  },

  // what closed lately, of all records
  closed: {
    intro:
      "What was settled, or ended because everybody said the same. An answer of your own can be undone on its page, until somebody signs over it.",
    none: "Nothing was settled yet.",
    about: (subject: string, what: string) => `${subject}: ${what}`,
    by: "By",
  },

  // work that is still out
  team: {
    intro:
      "What colleagues' devices said they still hold, by their own word when they were last here.",
    offline: "From what this device has heard since it was opened.",
    connected: "Connected",
    notConnected: "Not connected",
    nothing: "Everything of theirs is sent",
    seen: (instant: string) => `last here ${instant}`,
    oldest: (age: string) => `the oldest since ${age}`,
    work: (critical: number, other: number) =>
      [
        ...(critical > 0 ? [`${critical} critical`] : []),
        ...(other > 0 ? [`${other} other`] : []),
      ].join(", ") + (critical + other === 1 ? " change" : " changes"),
    unseen: (count: number) =>
      count === 1
        ? "1 signature over something it had not been sent"
        : `${count} signatures over something it had not been sent`,
    quarantined: "In quarantine",
    revoked: "Ended",
    none: "No device has said anything yet.",
  },

  // how far people trust that what they saved is saved
  reopens: {
    title: "Opened again after saving",
    intro:
      "How often a record was opened again within ten minutes of saving it, only to look. Counted on each device; no record and no name is told.",
    none: "No device has told anything yet.",
    weekFrom: (day: string) => `Week of ${day}`,
    rate: (again: number, saves: number) =>
      `${again} of ${saves} saves were opened again only to look`,
    devices: (count: number) =>
      count === 1 ? "from one device" : `from ${count} devices`,
  },

  // work that was not accepted
  stranded: {
    intro:
      "What the server could not accept. Nothing is lost: each can be read, and taken over under your own name.",
    none: "Nothing is waiting here.",
    more: "Show older",
    show: "Read",
    why: "Why not accepted",
    by: "Written by",
    at: "Refused",
    what: "What it was to say",
    unreadable: "It cannot be read.",
    typed: (target: string, words: string) => `${target}: “${words}”`,
    taken: (count: number) => `${count} characters taken out`,
    reason: "Why?",
    adopt: "Take over",
    adoptTitle: "Take over under your own name?",
    adoptText:
      "It is said again as your own work, judged by your rights. The history names whose it was.",
    dismiss: "Put aside",
    dismissTitle: "Put aside?",
    dismissText:
      "It leaves this list. It stays kept and can still be taken over.",
    save: "Save a copy",
    fileName: (stamp: string) => `suture-not-accepted-${stamp}.json`,
    states: {
      open: "Open",
      adopted: "Taken over",
      dismissed: "Put aside",
      "said-again": "Its author's device has said it again by itself",
    },
    mayNotDecide: "Managers and administrators decide.",
  },
};
export type ReviewsText = typeof reviewsText;

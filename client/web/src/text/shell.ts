export const shellText = {
  product: "Suture",
  skip: "Skip to the page",
  navigation: "Areas",
  areas: {
    appointments: "Today",
    patients: "Patients",
    jobs: "Jobs",
    equipment: "Equipment",
    reviews: "Review",
    admin: "Admin",
    audit: "Audit",
  },
  notFound: "There is no such page.",
  toStart: "Go to the start",
  crashed: "This page had a problem of its own.",
  crashedBody: "What you saved is safe, and what you typed is kept.",
  tryAgain: "Show it again",
  loadFailed: "This page could not be loaded.",
  account: "Account",
  noWorkplace: "Not a member anywhere yet",
  somebody: "You",
  waitingTitle: "Where you work is not on this device yet",
  waitingBody:
    "It comes from the server with the first sync. If nobody has added you yet, join with a code or found an organization.",
  switchPerson: "Switch person",
  signOut: "Sign out of this device",
  unsent: "My unsent work",
  sync: {
    allSent: (at: string | null) =>
      at === null
        ? "All your work is sent"
        : `All your work is sent · data as of ${at}`,
    never: "never confirmed yet",
    confirmed: (at: string) => `last confirmed ${at}`,
    onDevice: (count: number) =>
      count === 1
        ? "1 change on this device"
        : `${count} changes on this device`,
    onlyHere: "nothing waits on this device",
    counting: "reading what is on this device",
    offline: "Offline",
    connecting: "Connecting",
    sending: "Sending",
    receiving: "Receiving",
    stopped: "Not syncing",
    updateNeeded: "Update needed to send; your work is safe",
    sentAgain: (count: number) =>
      `The server came back from an older copy. What it may have lost is sent again from this device: ${count === 1 ? "1 change" : `${count} changes`}.`,
    notSentAgain: (count: number) =>
      `The server came back from an older copy. It may lack ${count === 1 ? "1 change that this device cannot send: whoever wrote it" : `${count} changes that this device cannot send: whoever wrote them`} must open the app where they did.`,
    open: "Open my unsent work",
  },
  damage: {
    metTitle: "Part of what this device keeps cannot be read",
    metBody:
      "What is undamaged stays usable. Mending loads the app again, sets aside what cannot be read, and fetches from the server what was sent; what you have half typed is kept.",
    mend: "Mend it now",
    reportTitle: "Part of what this device kept was damaged",
    found: (at: string, keptAs: string) =>
      `Found ${at}. What was damaged is kept aside as it was (${keptAs}). Everything undamaged stays, and what the server has comes back.`,
    missing: (changes: number, records: number) =>
      changes === 0
        ? "Nothing is missing any more that this device knows of."
        : `Still missing: ${changes === 1 ? "1 change" : `${changes} changes`} of ${records === 1 ? "1 record" : `${records} records`}. What had been sent comes back with the next sync; what had not has to be entered again.`,
    others: (count: number, namedCount: number) =>
      namedCount === 0
        ? "This device shows you none of their names."
        : `And ${count === 1 ? "1 record" : `${count} records`} more.`,
    notAllNamed: "More may be missing that this device cannot name.",
    seen: "I have seen this",
  },
  full: {
    title: "This device has no space left",
    body: "Everything that was saved is here and can be read, but nothing new can be stored: a save says so, and what you type stays in its form. Free some space on the device; it goes on by itself.",
  },
  printed: (at: string, asOf: string | null) =>
    asOf === null
      ? `Printed ${at}, from what this device held. The server had not confirmed it yet.`
      : `Printed ${at}, from what this device held. Data as of ${asOf}.`,
  leave: {
    title: "Sign out of this device?",
    body: "You will need the network and your password to sign in again. Colleagues who use this device stay signed in. When the last of you signs out, all that this device keeps is removed. If the server may lack some of it, a colleague's work too, all of it stays, sealed, and so does its key, until the server has that work and the last of you signs out again.",
    confirm: "Sign out",
    stay: "Stay signed in",
    stopped: (count: number) =>
      count === 1
        ? "1 change exists only on this device"
        : `${count} changes exist only on this device`,
    stoppedBody:
      "Send it first, or keep a copy. If you sign out now, it stays on this device unsent until you sign in here again. A form that you have not saved is gone then, with its photo.",
    syncNow: "Sync now",
    saveCopy: "Save a copy",
    copySaved:
      "The copy was handed to your downloads. It holds clinical content: treat it as you would the record.",
    anyway: "Sign out anyway",
    failed: (sentence: string) => `You are still signed in. ${sentence}`,
    again: "Try again",
    onlyHere: "Sign out of this device only",
    onlyHereBody:
      "You can sign out of this device alone: what lets anybody in as you is destroyed on it. The server does not hear of it. It lists you on this device until an administrator takes you off it, and what it had given you here runs out by itself within 180 days.",
  },
};

/** What people read who run the house. */
export const adminText = {
  title: "Administration",
  mayNot: "This is for administrators and managers.",
  tabs: {
    label: "What to look at",
    people: "People",
    teams: "Teams",
    devices: "Devices",
  },

  people: {
    intro:
      "Everybody who works here. Changes are saved on this device and go to the server by themselves.",
    search: "Find by name",
    add: "Add a person",
    edit: "Change name and rights",
    name: "Name",
    nameNeeded: "A person has a name.",
    unnamed: "Without a name",
    none: "No match on this device.",
    back: "All people",
  },

  rights: {
    roles: "Roles",
    teams: "Teams",
    active: "May sign in and work here",
    signIn: "Access",
    mayWork: "May sign in and work here",
    notActive: "May not sign in",
    noRole: "No role",
    noTeam: "No team",
    reason: "Why (optional)",
    contested: "In conflict:",
    or: "or",
    inConflict:
      "Two people changed these rights without seeing each other. Until it is settled the lesser rights count.",
  },

  invite: {
    title: "Invitation",
    intro:
      "With a code this person becomes this member. It is made by the server and shown once.",
    make: "Make a code",
    made: "Hand this over in person",
    how: (url: string) =>
      `At ${url}, choose “Join with an invitation” and enter it. It works once.`,
    until: (instant: string) => `It can be used until ${instant}.`,
    copy: "Copy the code",
    copied: "Copied",
  },

  teams: {
    intro:
      "Clinics and service groups. Changes are saved on this device and go to the server by themselves.",
    add: "Add a team",
    edit: "Change",
    editOf: (name: string) => `Change ${name}`,
    name: "Name",
    kind: "Kind",
    rooms: "Rooms and vehicles",
    roomsHint:
      "What appointments take place in. One that is removed stays in the history.",
    room: (number: number) => `Room ${number}`,
    addRoom: "Add a room",
    remove: "Remove",
    removeRoom: (number: number, name: string) =>
      name === "" ? `Remove room ${number}` : `Remove ${name}`,
    kinds: { clinic: "Clinic", "service-group": "Service group" },
    unnamed: "Without a name",
    none: "There is no team on this device yet.",
  },

  devices: {
    intro:
      "Phones, tablets and computers that colleagues use. The server tells of them, and ends them.",
    none: "No device has been here yet.",
    since: (date: string) => `Here since ${date}`,
    revoked: (instant: string) => `Ended ${instant}`,
    quarantined: "In quarantine",
    quarantinedText:
      "It sent two different changes in one place of its history: it may have been copied or set back. What it sends waits until you release it.",
    signedIn: "signed in",
    leftIt: "no longer on it",
    holds: (work: string, age: string | null) =>
      age === null
        ? `${work} not sent yet`
        : `${work} not sent yet, for ${age}`,
    takeOff: "Take off",
    release: "Release",
    rename: "Rename",
    revoke: "End this device",
    name: "Name of the device",
    holdsWork:
      "It still holds work that the server does not have. Ended, it cannot send it; what is on it can only be copied out there.",
    acts: {
      revoke: {
        title: (name: string) => `End ${name}?`,
        text: "Nobody of this organization can sync with it any more, for good. What is on it stays there.",
        confirm: "End this device",
      },
      release: {
        title: (name: string) => `Release ${name}?`,
        text: "It goes on where it stood and sends what it kept. Do so once you know what happened to it.",
        confirm: "Release",
      },
      rename: {
        title: (name: string) => `Rename ${name}`,
        text: "Everybody sees it by this name.",
        confirm: "Rename",
      },
      remove: {
        title: (name: string) => `Take them off ${name}?`,
        text: "They have to sign in on it again. Colleagues on it go on.",
        confirm: "Take off",
      },
    },
  },
};

export const signInText = {
  title: "Sign in",
  lead: "Clinics and equipment, with or without a network.",
  email: "E-mail",
  password: "Password",
  deviceName: "What this device is called",
  deviceHint: "Colleagues see it beside your work: “Front desk 1”.",
  deviceDefault: "Browser",
  submit: "Sign in",
  working: "Asking the server…",
  needsNetwork:
    "Signing in needs the network, once. After that this device works without.",
  newHere: "New here",
  join: "Join with an invitation",
  found: "Found an organization",
  haveAccount: "I have an account",
  joinTitle: "Join with an invitation",
  joinLead:
    "Your administrator gave you a code. It makes you the member they have already entered.",
  code: "Invitation code",
  name: "Your name",
  newPassword: "Choose a password",
  newPasswordHint: (least: number) => `At least ${least} characters.`,
  joinSubmit: "Join",
  joinWithAccount: "Sign in and join",
  isNew: "Make a new account for me",
  foundTitle: "Found an organization",
  foundLead:
    "You become its first administrator. The organization and its first team are made on this device and sent as soon as the server answers.",
  organizationName: "Name of the organization",
  teamName: "First team",
  teamKind: "Kind of team",
  clinic: "Clinic",
  serviceGroup: "Service group",
  foundSubmit: "Found it",
  or: "or",
  external: (host: string) => `Sign in with ${host}`,
  externalSilent: (host: string) =>
    `${host} does not answer at the moment. Try again in a minute, or sign in with a password.`,
  externalProblem: {
    "not-begun-here":
      "This sign-in was not begun in this window, so it was not used. Begin it again here.",
    "not-signed-in-there":
      "You were not signed in there, so you are not signed in here. Try again, or ask whoever runs your accounts.",
  },
  beginAnew: "Begin again",
  codeTitle: "Choose a code for this device",
  codeLead:
    "You are signed in. This device locks itself when nobody uses it; the code lets you back in, also without a network. It is good for this device only.",
  deviceCode: "Code",
  codeTooShort: (least: number) =>
    `The code needs at least ${least} characters.`,
  codeSubmit: "Use this code",
  peopleTitle: "Who uses this device?",
  peopleLead:
    "Each continues with their own password, with or without a network. Work that waits is sent meanwhile, under the name of whoever did it.",
  use: (name: string) => `Continue as ${name}`,
  continue: "Continue",
  checking: "Checking…",
  notMe: "Somebody else",
  passwordOrCode: "Or the code that you chose for this device.",
  passwordWrong: "That is not their password.",
  tooManyTries: (waitMs: number) =>
    waitMs < 60_000
      ? `Tried too often. Wait ${Math.ceil(waitMs / 1_000)} seconds.`
      : `Tried too often. Wait ${Math.ceil(waitMs / 60_000)} minutes.`,
  signInNeeded:
    "This device cannot check a password of theirs by itself. Choose “Somebody else”, then sign in with the network.",
  unnamed: "Somebody whose name is not here yet",
  another: "Somebody else: sign in",
};

/** Why the server did not do what was asked. Codes that are not here are told in the server's own sentence. */
export const httpText = {
  asking: "Asking the server…",
  again: "Try again",
  unknown: "The server did not say why.",
  problems: {
    "needs-server": "This needs the server, which does not answer now.",
    "captive-portal":
      "This network answers with a page of its own; sign in to the network first.",
    "other-answer": "What answered is not a server that this app knows.",
    "session-ended": "You were signed out; sign in again to go on.",
    "token-missing": "Sign in again to go on.",
    "not-permitted": "None of your roles may do this.",
    "member-unknown":
      "The server does not know this member yet. Once your work is sent, try again.",
    "adoption-refused": "It could not be taken over.",
    "stranded-said-again":
      "Its author's device has said it again by itself; there is nothing left to take over.",
  } as Readonly<Record<string, string>>,
  refusals: {
    "not-permitted": "Your role may not write this.",
    "record-unknown": "The record it is about is not there.",
    "resolution-required": "The group is in conflict: settle that first.",
    "depends-on-refused": "It builds on something that is not there.",
  } as Readonly<Record<string, string>>,
};
export type HttpText = typeof httpText;

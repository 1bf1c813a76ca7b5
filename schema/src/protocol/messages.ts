/** Every message of the native sync protocol, by direction. A change here is a change of `protocolVersion`. SPEC SY-2. */
import { z } from "zod";

import {
  changesMessage,
  fetchedMessage,
  fetchMessage,
  fetchRecordsMessage,
  logRegressedMessage,
  pullMessage,
  pullSnapshotMessage,
  recordsMessage,
  snapshotMessage,
} from "./changes.ts";
import {
  checkpointMessage,
  restorableMessage,
  restoreMessage,
} from "./checkpoint.ts";
import { helloMessage } from "./hello.ts";
import { keysMessage } from "./keys.ts";
import {
  pingMessage,
  pongMessage,
  presenceMessage,
  reviewsMessage,
  scopeGrantedMessage,
  scopeRevokedMessage,
} from "./notices.ts";
import { answersPausedMessage, pushDeferredMessage } from "./over-budget.ts";
import { pushMessage, verdictsMessage } from "./push.ts";
import { tokenMessage, tokenNeededMessage } from "./token.ts";
import { busyMessage, errorMessage, welcomeMessage } from "./welcome.ts";

export const clientMessageSchema = z.discriminatedUnion("type", [
  helloMessage,
  pushMessage,
  pullMessage,
  fetchMessage,
  fetchRecordsMessage,
  pullSnapshotMessage,
  restoreMessage,
  tokenMessage,
  pingMessage,
  pongMessage,
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

export const serverMessageSchema = z.discriminatedUnion("type", [
  welcomeMessage,
  busyMessage,
  errorMessage,
  verdictsMessage,
  pushDeferredMessage,
  answersPausedMessage,
  tokenNeededMessage,
  keysMessage,
  changesMessage,
  fetchedMessage,
  recordsMessage,
  snapshotMessage,
  logRegressedMessage,
  checkpointMessage,
  restorableMessage,
  scopeGrantedMessage,
  scopeRevokedMessage,
  reviewsMessage,
  presenceMessage,
  pingMessage,
  pongMessage,
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;

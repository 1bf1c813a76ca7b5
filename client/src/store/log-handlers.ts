/** What whoever knows what changes mean does within the log's own transactions. */
import type { RecordId, WriteTransaction } from "@suture/schema";

import type { LocalChange } from "./local-change.ts";

/** What is done about changes that become stranded work, in the transaction that strands them. */
export type StrandedHandler = (
  tx: WriteTransaction,
  stranded: readonly LocalChange[],
) => Promise<void>;

/** What is done about records of which something arrived, in the transaction that brings it. */
export type ReceivedHandler = (
  tx: WriteTransaction,
  recordIds: readonly RecordId[],
) => Promise<void>;

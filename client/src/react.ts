/** `@suture/client/react`: hooks over the SDK. Exports by name. */
export type { RecordList } from "./react/followed-list.ts";
export type { RecordReading, ShownRecord } from "./react/followed-record.ts";
export {
  SutureProvider,
  useClient,
  type SutureProviderProps,
} from "./react/suture-provider.tsx";
export { useConnection } from "./react/use-connection.ts";
export { useGroup } from "./react/use-group.ts";
export { useHistory } from "./react/use-history.ts";
export { useDoubted } from "./react/use-doubted.ts";
export { useMemberships } from "./react/use-memberships.ts";
export { usePerson } from "./react/use-person.ts";
export { useRecord } from "./react/use-record.ts";
export { useRecordList } from "./react/use-record-list.ts";
export { useReviews, type ReviewList } from "./react/use-reviews.ts";
export { useStatus } from "./react/use-status.ts";
export { useStranded, type StrandedList } from "./react/use-stranded.ts";
export {
  useUnsentAttachments,
  type UnsentAttachmentList,
} from "./react/use-unsent-attachments.ts";
export { useUnsynced, type UnsyncedList } from "./react/use-unsynced.ts";

import type { Story } from "../story.ts";
import { amoxicillinAndPenicillin } from "./amoxicillin-and-penicillin.ts";
import { anHourOffline } from "./an-hour-offline.ts";
import { doubleBooking } from "./double-booking.ts";
import { formLeftOpen } from "./form-left-open.ts";
import { killedAfterSaving } from "./killed-after-saving.ts";
import { lostAnswer } from "./lost-answer.ts";
import { medicationList } from "./medication-list.ts";
import { partsReplaced } from "./parts-replaced.ts";
import { phoneAndAddress } from "./phone-and-address.ts";
import { restoredFromBackup } from "./restored-from-backup.ts";
import { sameContent } from "./same-content.ts";
import { twoManagers } from "./two-managers.ts";

/** In the order in which they are told; the last one loses what the others have written. */
export const allStories: readonly Story[] = [
  anHourOffline,
  phoneAndAddress,
  medicationList,
  amoxicillinAndPenicillin,
  partsReplaced,
  lostAnswer,
  killedAfterSaving,
  formLeftOpen,
  doubleBooking,
  sameContent,
  twoManagers,
  restoredFromBackup,
];

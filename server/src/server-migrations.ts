/** What turns an older store into one of now: only ever append to it. */
import type { Migration } from "@suture/schema";

import { listClosedReviews } from "./review/list-closed-reviews.ts";

export const serverMigrations: readonly Migration[] = [listClosedReviews];

import { useEffect, useState } from "react";

import { useClient, useReviews } from "@suture/client/react";

import { readQueue, type Question } from "./read-queue.ts";

export interface Queue {
  /** Null while it is not known. */
  readonly questions: readonly Question[] | null;
  readonly hasFailed: boolean;
}

/** The open questions of this device, followed. SPEC AP-61. */
export function useQueue(): Queue {
  const client = useClient();
  const { reviews, hasFailed } = useReviews();
  const [questions, setQuestions] = useState<readonly Question[] | null>(null);
  useEffect(() => {
    if (reviews === null) return undefined;
    let isWanted = true;
    void readQueue(client, reviews).then((read) => {
      if (isWanted) setQuestions(read);
    });
    return () => {
      isWanted = false;
    };
  }, [client, reviews]);
  return { questions, hasFailed };
}

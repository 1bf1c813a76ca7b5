import { useEffect, useState } from "react";

import { useClient, useReviews } from "@suture/client/react";

import { readQueue, type Question } from "./read-queue.ts";

export interface Queue {
  /** Null while it is not known. */
  readonly questions: readonly Question[] | null;
  readonly hasFailed: boolean;
}

/** The open questions of this device, followed with the records that they are about. SPEC AP-61, AP-185. */
export function useQueue(): Queue {
  const client = useClient();
  const { reviews, hasFailed } = useReviews();
  const [questions, setQuestions] = useState<readonly Question[] | null>(null);
  useEffect(() => {
    if (reviews === null) return undefined;
    let isWanted = true;
    let isDue = false;
    let readCount = 0;
    let stops: readonly (() => void)[] = [];
    const stopWatching = () => stops.forEach((stop) => stop());
    const read = async () => {
      isDue = false;
      readCount += 1;
      const number = readCount;
      const found = await readQueue(client, reviews);
      // One that began later knows more.
      if (!isWanted || number !== readCount) return;
      stopWatching();
      stops = found.flatMap(({ record }) => record?.watch(readSoon) ?? []);
      setQuestions(found);
    };
    // Many records are heard of at once.
    const readSoon = () => {
      if (isDue) return;
      isDue = true;
      queueMicrotask(() => {
        if (isWanted) void read();
      });
    };
    void read();
    return () => {
      isWanted = false;
      stopWatching();
    };
  }, [client, reviews]);
  return { questions, hasFailed };
}

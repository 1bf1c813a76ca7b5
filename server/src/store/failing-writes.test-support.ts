import type { Store } from "@suture/schema";

/** A store whose first writes fail, so many of them. */
export function failingWrites(store: Store, failureCount: number): Store {
  let left = failureCount;
  return {
    ...store,
    write: (partition, work) =>
      (left -= 1) >= 0
        ? Promise.reject(new Error("not now"))
        : store.write(partition, work),
  };
}

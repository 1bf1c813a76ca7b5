/** What the probe in the server's process is asked, and what it answers. */
export type ToProbe = "cpu" | "memory";

export type FromProbe =
  | {
      readonly asked: "cpu";
      /** Since it was asked last. */
      readonly cpuMs: number;
      /** The longest stretch since then in which nothing else had a turn. */
      readonly longestMs: number;
    }
  | {
      readonly asked: "memory";
      readonly rssBytes: number;
      /** Of it, what JavaScript holds, which is the same each time. */
      readonly heldBytes: number;
    };

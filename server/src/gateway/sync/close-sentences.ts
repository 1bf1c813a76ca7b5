import type { CloseName } from "@suture/schema";

/** What a session that ends is told, by the name of its close code. SPEC SY-3. */
export const closeSentences: Readonly<Record<CloseName, string>> = {
  "message-malformed": "The message is not one of this protocol.",
  "not-authenticated": "The sign-in of this connection has ended.",
  "hello-expected": "A session begins with one hello, and with one only.",
  "not-permitted": "This connection may not do that.",
  "hello-late": "No hello came in time.",
  "message-too-large": "The message is larger than the limit.",
  replaced: "This device has opened other connections since.",
  "version-unsupported": "This server speaks another version.",
  "rate-limited": "Too much was asked at once; try again later.",
  "server-stopping": "The server is stopping; connect again soon.",
  "server-failed": "The server failed here; connect again soon.",
  "slow-reader": "What was sent is not being read, or nothing is heard.",
};

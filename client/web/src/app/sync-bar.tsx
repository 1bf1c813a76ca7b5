import { Link } from "wouter";

import {
  useConnection,
  useDoubted,
  useUnsentAttachments,
  useUnsynced,
} from "@suture/client/react";

import { useText } from "../text/use-text.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { syncWords, type SyncTone } from "./sync-words.ts";
import { useNow } from "./use-now.ts";

const icons: Readonly<Record<SyncTone, IconName>> = {
  good: "check",
  moving: "cloudUp",
  away: "cloudOff",
  stuck: "alert",
};

/** How sync stands, in words, judged by answers alone; opens what is unsent. SPEC AP-9. */
export function SyncBar() {
  const text = useText();
  const connection = useConnection();
  const { changes } = useUnsynced();
  const { attachments } = useUnsentAttachments();
  const nowMs = useNow();
  const doubted = useDoubted();
  const { tone, words, details } = syncWords(text, {
    connection,
    unsentCount:
      changes === null || attachments === null
        ? null
        : changes.length + attachments.length,
    doubted,
    nowMs,
  });
  return (
    <div className={`sync-bar sync-${tone}`} role="status">
      <Link href="/unsent" className="sync-link" title={text.shell.sync.open}>
        <Icon name={icons[tone]} />
        <span>{words}</span>
      </Link>
      {details.map((detail) => (
        <p key={detail} className="sync-detail">
          {detail}
        </p>
      ))}
    </div>
  );
}

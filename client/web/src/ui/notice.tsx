import type { ReactNode } from "react";

import { Icon, type IconName } from "./icon.tsx";

export type NoticeTone = "info" | "good" | "warning" | "danger";

const icons: Readonly<Record<NoticeTone, IconName>> = {
  info: "info",
  good: "check",
  warning: "alert",
  danger: "alert",
};

/**
 * Something to know, in a box. `isLive` says it to screen readers when it appears: for what follows from something the person did
 * (at once where it is `danger`), not for what was there when the page opened.
 */
export function Notice({
  tone = "info",
  title,
  isLive = false,
  children,
}: {
  readonly tone?: NoticeTone;
  readonly title?: string;
  readonly isLive?: boolean;
  readonly children?: ReactNode;
}) {
  const role = tone === "danger" ? "alert" : "status";
  return (
    <div className={`notice notice-${tone}`} {...(isLive && { role })}>
      <Icon name={icons[tone]} />
      <div className="notice-body">
        {title !== undefined && <p className="notice-title">{title}</p>}
        {children}
      </div>
    </div>
  );
}

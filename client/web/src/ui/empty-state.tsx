import type { ReactNode } from "react";

/** Where a list has nothing to show: what that means, and what one can do. It never says that something does not exist. */
export function EmptyState({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="empty" role="status">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

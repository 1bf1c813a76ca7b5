import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type ReactNode } from "react";

import { useText } from "../text/use-text.ts";

export interface VirtualListProps<T> {
  readonly label: string;
  readonly items: readonly T[];
  keyOf(item: T): string;
  renderItem(item: T): ReactNode;
  /** A guess at a row's height; rows are measured once they are there. */
  readonly rowHeightPx: number;
  /** The end came into view: there may be more. */
  readonly onReachEnd?: () => void;
  /** Whether more may follow: the number of items is then not said. */
  readonly isPartial?: boolean;
}

/** A list of any length that holds in the page only the rows near the screen; it scrolls with the page. SPEC AP-22. On paper it says which these are. */
export function VirtualList<T>({
  label,
  items,
  keyOf,
  renderItem,
  rowHeightPx,
  onReachEnd,
  isPartial = false,
}: VirtualListProps<T>) {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useEffect(() => {
    if (list.current !== null)
      setTop(list.current.getBoundingClientRect().top + window.scrollY);
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => rowHeightPx,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    // Before the first layout, and where there is none, a screenful.
    initialRect: { width: 360, height: 900 },
  });
  const rows = virtualizer.getVirtualItems();
  const lastIndex = rows.at(-1)?.index ?? -1;
  const isAtEnd = items.length > 0 && lastIndex >= items.length - 1;
  useEffect(() => {
    if (isAtEnd) onReachEnd?.();
  }, [isAtEnd, items.length, onReachEnd]);

  const { common } = useText();
  const first = rows[0];
  const isWhole = !isPartial && rows.length === items.length;
  return (
    <>
      {first !== undefined && !isWhole && (
        <p className="print-only">
          {common.printedRows(
            first.index + 1,
            lastIndex + 1,
            isPartial ? null : items.length,
          )}
        </p>
      )}
      <ul
        ref={list}
        className="virtual-list"
        aria-label={label}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {rows.map(({ index, key, start }) => {
          const item = items[index];
          return item === undefined ? null : (
            <li
              key={String(key)}
              ref={virtualizer.measureElement}
              data-index={index}
              aria-posinset={index + 1}
              aria-setsize={isPartial ? -1 : items.length}
              style={{ transform: `translateY(${start - top}px)` }}
            >
              {renderItem(item)}
            </li>
          );
        })}
      </ul>
    </>
  );
}

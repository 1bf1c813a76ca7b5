/** What stands around every page: the way past it, who and where, how sync stands, the areas, the page. SPEC AP-1. */
import { useEffect, useRef, type ReactNode } from "react";
import { Link, useLocation } from "wouter";

import { useText } from "../text/use-text.ts";
import { Icon } from "../ui/icon.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { DamageNotice } from "./damage-notice.tsx";
import { FullNotice } from "./full-notice.tsx";
import { PrintedLine } from "./printed-line.tsx";
import { areas } from "./routes.tsx";
import { SyncBar } from "./sync-bar.tsx";
import { useMe } from "./use-me.ts";
import { Workplace } from "./workplace.tsx";

export function Shell({ children }: { readonly children: ReactNode }) {
  const { shell } = useText();
  const main = useMainFocus();
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {shell.skip}
      </a>
      <header className="shell-header">
        <Link href="/" className="brand">
          {shell.product}
        </Link>
        <Workplace />
        <AccountMenu />
      </header>
      <SyncBar />
      <Navigation />
      <PrintedLine />
      <main id="main" ref={main} tabIndex={-1} className="shell-main">
        <DamageNotice />
        <FullNotice />
        {children}
      </main>
    </div>
  );
}

/** A new page is read from its beginning: focus goes to it, as it would with pages that are loaded. */
function useMainFocus() {
  const main = useRef<HTMLElement>(null);
  const [path] = useLocation();
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}

function Navigation() {
  const { shell } = useText();
  const { roles } = useMe();
  const [path] = useLocation();
  const own = areas.filter((area) => area.isFor(roles));
  if (own.length === 0) return null;
  return (
    <nav className="shell-nav" aria-label={shell.navigation}>
      <ul>
        {own.map(({ name, path: to }) => (
          <li key={name}>
            <Link
              href={to}
              aria-current={
                path === to || path.startsWith(`${to}/`) ? "page" : undefined
              }
            >
              <Icon name={name} />
              {shell.areas[name]}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** What the app stands on, given by `main.tsx`; components reach it by hooks, so that tests and other hosts can give their own. */
import { createContext, useContext, type ReactNode } from "react";

import type { Clock, Random, Timers } from "@suture/schema";
import type { Client, JoinDeps } from "@suture/client";
import { SutureProvider } from "@suture/client/react";

export interface AppDeps {
  readonly client: Client;
  /** Where accounts are made and invitations accepted, before there is anything to sync. */
  readonly server: JoinDeps;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** Whether the browser keeps what is here until somebody removes it, as it answered. */
  readonly keepsStorage: Promise<"kept" | "may-be-removed">;
  /** Removes everything that this browser keeps for the app, and begins anew. */
  removeDevice(): Promise<void>;
  /** A photo, as it is kept; undefined for what is no picture. */
  makePicture(file: Blob): Promise<Uint8Array | undefined>;
  /** Whether this browser met a part of what it keeps that cannot be read. */
  readonly storeDamage: {
    isMet(): boolean;
    watch(listener: () => void): () => void;
    /** Loads the page anew, which mends it. */
    mend(): void;
  };
  /** Another service's page, where people may sign in instead. */
  readonly elsewhere: {
    /** Leaves the app, and keeps in this tab alone what the answer will be known by. */
    leaveFor(url: string, pending: string): void;
    /** What was kept, once. */
    takePending(): string | null;
  };
  /** Hands a file to the person, as a download. */
  saveFile(name: string, content: Blob): void;
}

const AppContext = createContext<AppDeps | null>(null);

export function AppProvider({
  deps,
  children,
}: {
  readonly deps: AppDeps;
  readonly children: ReactNode;
}) {
  return (
    <AppContext value={deps}>
      <SutureProvider client={deps.client}>{children}</SutureProvider>
    </AppContext>
  );
}

/** Throws outside `AppProvider`: that is a mistake in the app. */
export function useApp(): AppDeps {
  const deps = useContext(AppContext);
  if (deps === null) throw new Error("there is no AppProvider above");
  return deps;
}

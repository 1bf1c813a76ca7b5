import { createContext, useContext, type ReactNode } from "react";

import type { Client } from "../client.ts";

const ClientContext = createContext<Client | null>(null);

export interface SutureProviderProps {
  readonly client: Client;
  readonly children: ReactNode;
}

/** Gives the client to every hook below. Whoever made the client closes it. */
export function SutureProvider({ client, children }: SutureProviderProps) {
  return <ClientContext value={client}>{children}</ClientContext>;
}

/** Throws where there is no `SutureProvider` above: that is a mistake in the app. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === null) throw new Error("there is no SutureProvider above");
  return client;
}

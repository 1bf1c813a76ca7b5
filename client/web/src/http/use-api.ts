import { useMemo } from "react";

import { useApp } from "../app/app-deps.tsx";
import { createApiFetch, type ApiFetch } from "./api-fetch.ts";

/** The server's HTTP interface, for whoever uses the device. */
export function useApi(): ApiFetch {
  const { client, server, timers } = useApp();
  return useMemo(
    () =>
      createApiFetch({
        url: server.url,
        fetch: server.fetch,
        timers,
        session: () => client.session(),
      }),
    [client, server, timers],
  );
}

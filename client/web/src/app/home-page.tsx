import { Redirect } from "wouter";

import { homePathOf } from "./routes.tsx";
import { useMe } from "./use-me.ts";

/** Today, for whoever looks: each role's day begins somewhere else. SPEC AP-3. */
export function HomePage() {
  const { roles } = useMe();
  return <Redirect to={homePathOf(roles)} replace />;
}

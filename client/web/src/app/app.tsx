/** The app: nobody signed in → signing in; signed in without a workplace → joining one; else the shell around the pages. */
import { Suspense } from "react";
import { Route, Switch, useLocation } from "wouter";

import { usePerson } from "@suture/client/react";

import { useText } from "../text/use-text.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { AppProvider, type AppDeps } from "./app-deps.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";
import { routes } from "./routes.tsx";
import { Shell } from "./shell.tsx";
import { ExternalReturn } from "./sign-in/external-return.tsx";
import { externalReturnPath } from "./sign-in/external-sign-in.tsx";
import { SignInArea } from "./sign-in/sign-in-area.tsx";
import { WorkplacePage } from "./sign-in/workplace-page.tsx";
import { useCountReopens } from "./use-count-reopens.ts";
import { useIdleLock } from "./use-idle-lock.ts";
import { useMe } from "./use-me.ts";

export function App({ deps }: { readonly deps: AppDeps }) {
  return (
    <AppProvider deps={deps}>
      <Doorway />
    </AppProvider>
  );
}

function Doorway() {
  const person = usePerson();
  const { membership } = useMe();
  const [path] = useLocation();
  useCountReopens();
  useIdleLock();
  if (path === externalReturnPath) return <ExternalReturn />;
  if (person === null || path === "/sign-in") return <SignInArea />;
  return (
    <Shell>
      {membership === null && path !== "/unsent" ? (
        <WorkplacePage />
      ) : (
        <Pages />
      )}
    </Shell>
  );
}

function Pages() {
  const [path] = useLocation();
  const { common, shell } = useText();
  return (
    <ErrorBoundary
      resetKey={path}
      renderFallback={(retry) => (
        <Notice tone="danger" title={shell.crashed} isLive>
          <p>{shell.crashedBody}</p>
          <Button onPress={retry}>{shell.tryAgain}</Button>
        </Notice>
      )}
    >
      <Suspense fallback={<p className="loading">{common.loading}</p>}>
        <Switch>
          {routes.map(({ path: pattern, Page }) => (
            <Route key={pattern} path={pattern}>
              {(params: Readonly<Record<string, string | undefined>>) => (
                <Page
                  key={`${params["id"] ?? ""}/${params["entry"] ?? ""}`}
                  id={params["id"] ?? ""}
                  entry={params["entry"] ?? ""}
                />
              )}
            </Route>
          ))}
          <Route>
            <h1>{shell.notFound}</h1>
            <ButtonLink to="/">{shell.toStart}</ButtonLink>
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

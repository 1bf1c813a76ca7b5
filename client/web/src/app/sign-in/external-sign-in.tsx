import { useEffect, useState } from "react";

import {
  beginExternalSignIn,
  departTo,
  externalProvider,
} from "@suture/client";

import { useText } from "../../text/use-text.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { useApp } from "../app-deps.tsx";
import { useSubmit } from "./use-submit.ts";

/** Where the other service sends the browser back to; it has to know this address. */
export const externalReturnPath = "/sign-in/external";

/** Nothing where the server trusts no other service, or does not answer: a password needs it as well. SPEC AP-107. */
export function ExternalSignIn() {
  const { signIn } = useText();
  const { server, random, elsewhere } = useApp();
  const issuer = useIssuer();
  const submit = useSubmit(async () => {
    // It may have answered since the page was opened, or fallen silent.
    const [provider, attempt] = await Promise.all([
      externalProvider(server),
      beginExternalSignIn(server),
    ]);
    if (!provider.ok) return provider.error.message;
    if (!attempt.ok) return attempt.error.message;
    const { authorizationEndpoint } = provider.value;
    if (authorizationEndpoint === null)
      return signIn.externalSilent(hostOf(attempt.value.issuer));
    const redirectUri = `${server.url}${externalReturnPath}`;
    const { url, pending } = departTo(authorizationEndpoint, {
      attempt: attempt.value,
      redirectUri,
      random,
    });
    elsewhere.leaveFor(url, pending);
    return null;
  });
  if (issuer === null) return null;
  return (
    <form className="form" onSubmit={submit.onSubmit}>
      <p className="muted">{signIn.or}</p>
      <Button type="submit" isDisabled={submit.isBusy}>
        {signIn.external(hostOf(issuer))}
      </Button>
      {submit.problem !== null && (
        <Notice tone="danger" isLive>
          {submit.problem}
        </Notice>
      )}
    </form>
  );
}

function useIssuer(): string | null {
  const { server } = useApp();
  const [issuer, setIssuer] = useState<string | null>(null);
  useEffect(() => {
    let isWanted = true;
    void externalProvider(server).then((provider) => {
      if (isWanted && provider.ok) setIssuer(provider.value.issuer);
    });
    return () => {
      isWanted = false;
    };
  }, [server]);
  return issuer;
}

function hostOf(issuer: string): string {
  return new URL(issuer).host;
}

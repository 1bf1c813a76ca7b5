/** A code by which somebody becomes this member: the server makes it and shows it once. SPEC AP-76. */
import { useState } from "react";

import type { RecordId } from "@suture/schema";

import type { ApiProblem } from "../http/api-problem.ts";
import { invite, type Invitation } from "../http/invitations-api.ts";
import { ProblemNotice } from "../http/problem-notice.tsx";
import { useApi } from "../http/use-api.ts";
import { useApp } from "../app/app-deps.tsx";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";

export function InvitePerson(member: {
  readonly organizationId: RecordId;
  readonly memberId: RecordId;
}) {
  const { admin: text, common, http } = useText();
  const { server } = useApp();
  const api = useApi();
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [isCopied, setCopied] = useState(false);

  async function ask(): Promise<void> {
    setAsking(true);
    const made = await invite(api, member);
    setAsking(false);
    setInvitation(made.ok ? made.value : null);
    setProblem(made.ok ? null : made.error);
    setCopied(false);
  }

  async function copy(code: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(code);
      setCopied(true);
    } catch {
      // The code stands there to be read out or written down.
      setCopied(false);
    }
  }

  return (
    <section className="invite">
      <h3>{text.invite.title}</h3>
      <p className="hint">{text.invite.intro}</p>
      {invitation === null ? (
        <Button onPress={() => void ask()} isDisabled={isAsking}>
          {isAsking ? http.asking : text.invite.make}
        </Button>
      ) : (
        <Notice tone="good" title={text.invite.made} isLive>
          <p className="invite-code">{invitation.code}</p>
          <p>{text.invite.how(server.url)}</p>
          <p className="hint">
            {text.invite.until(common.dateTime(invitation.expiresAtMs))}
          </p>
          <Button onPress={() => void copy(invitation.code)}>
            {isCopied ? text.invite.copied : text.invite.copy}
          </Button>
        </Notice>
      )}
      {problem !== null && <ProblemNotice problem={problem} />}
    </section>
  );
}

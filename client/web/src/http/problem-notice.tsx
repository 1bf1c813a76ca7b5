import type { ReactNode } from "react";

import type { HttpText } from "../text/http.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import type { ApiProblem } from "./api-problem.ts";

/** One sentence, in the person's language where it has one. */
export function problemWords(problem: ApiProblem, text: HttpText): string {
  const why =
    problem.refusal === undefined ? undefined : text.refusals[problem.refusal];
  const words = text.problems[problem.code] ?? problem.message ?? text.unknown;
  return why === undefined ? words : `${words} ${why}`;
}

/** Whether nothing but a connection is missing. */
export function isOffline(problem: ApiProblem): boolean {
  return problem.code === "needs-server" || problem.code === "captive-portal";
}

/** Why the server did not do what was asked; nothing of the page is lost. SPEC AP-80. */
export function ProblemNotice({
  problem,
  onAgain,
  children,
}: {
  readonly problem: ApiProblem;
  readonly onAgain?: () => void;
  readonly children?: ReactNode;
}) {
  const { http } = useText();
  return (
    <Notice tone={isOffline(problem) ? "info" : "warning"} isLive>
      <p>{problemWords(problem, http)}</p>
      {children}
      {onAgain !== undefined && <Button onPress={onAgain}>{http.again}</Button>}
    </Notice>
  );
}

/** The chains of the organization and its teams, verified on this device. SPEC AP-93. */
import { useState } from "react";

import {
  organizationScope,
  scopeOwner,
  type RecordId,
  type ScopeId,
} from "@suture/schema";

import type { ApiProblem } from "../http/api-problem.ts";
import { readAuditPage, type AuditChain } from "../http/audit-api.ts";
import { ProblemNotice } from "../http/problem-notice.tsx";
import { useApi } from "../http/use-api.ts";
import { useNames } from "../reviews/use-names.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { verifyScope, type ScopeVerdict } from "./verify-scope.ts";

interface Checked {
  readonly scopeId: ScopeId;
  readonly chain: AuditChain;
  /** Null while it is computed. */
  readonly verdict: ScopeVerdict | null;
  readonly count: number;
}

export function ChainsView({
  organizationId,
}: {
  readonly organizationId: RecordId;
}) {
  const { audit: text } = useText();
  const api = useApi();
  const [checked, setChecked] = useState<readonly Checked[]>([]);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isRunning, setRunning] = useState(false);

  function show(one: Checked): void {
    setChecked((before) => [
      ...before.filter(
        ({ scopeId, chain }) => scopeId !== one.scopeId || chain !== one.chain,
      ),
      one,
    ]);
  }

  async function run(): Promise<ApiProblem | null> {
    const scopeId = organizationScope(organizationId);
    const first = await readAuditPage(api, {
      organizationId,
      scopeId,
      chain: "audit",
      after: "0",
    });
    if (!first.ok) return first.error;
    for (const each of first.value.scopeIds)
      for (const chain of ["audit", "reads"] as const) {
        const of = { organizationId, scopeId: each, chain };
        const own = { scopeId: each, chain };
        show({ ...own, verdict: null, count: 0 });
        const verdict = await verifyScope(api, of, (count) =>
          show({ ...own, verdict: null, count }),
        );
        if (!verdict.ok) return verdict.error;
        show({ ...own, verdict: verdict.value, count: verdict.value.count });
      }
    return null;
  }

  async function start(): Promise<void> {
    setRunning(true);
    setChecked([]);
    setProblem(null);
    setProblem(await run());
    setRunning(false);
  }

  return (
    <section className="chains">
      <p className="hint">{text.chains.intro}</p>
      <Button
        look="primary"
        isDisabled={isRunning}
        onPress={() => void start()}
      >
        {text.chains.go}
      </Button>
      {problem !== null && (
        <ProblemNotice problem={problem} onAgain={() => void start()} />
      )}
      <ul className="cards chain-list" aria-live="polite">
        {checked.map((one) => (
          <li key={`${one.scopeId} ${one.chain}`} className="card">
            <ChainRow {...one} />
          </li>
        ))}
      </ul>
      <p className="hint">{text.chains.offline}</p>
    </section>
  );
}

function ChainRow({ scopeId, chain, verdict, count }: Checked) {
  const { audit: text, common } = useText();
  const names = useNames();
  const title = text.chains.scope(
    names.record(scopeOwner(scopeId)),
    text.chains[chain],
  );
  if (verdict === null)
    return (
      <>
        <h2 className="chain-name">{title}</h2>
        <p>{text.chains.running(count)}</p>
      </>
    );
  const { broken, signed } = verdict;
  const isSignatureWrong =
    signed.kind === "not-signed" || signed.kind === "not-proven";
  const isGood = broken === null && !isSignatureWrong;
  return (
    <>
      <h2 className="chain-name">{title}</h2>
      <p className={isGood ? "chain-good" : "chain-bad"}>
        <Icon name={isGood ? "check" : "alert"} />{" "}
        {broken === null
          ? text.chains.intact(count)
          : text.chains.broken(
              broken.sequence,
              text.chains.problems[broken.problem],
            )}
      </p>
      {signed.kind === "signed" && (
        <p className="hint">
          {signed.covered >= count
            ? text.chains.checkpoint(
                signed.number,
                common.dateTime(signed.atMs),
              )
            : text.chains.checkpointBehind(signed.covered)}
        </p>
      )}
      {signed.kind === "none" && chain === "audit" && broken === null && (
        <p className="hint">{text.chains.noCheckpoint}</p>
      )}
      {signed.kind === "not-signed" && (
        <p className="chain-bad">{text.chains.notSigned}</p>
      )}
      {signed.kind === "not-proven" && (
        <p className="chain-bad">{text.chains.notProven}</p>
      )}
    </>
  );
}

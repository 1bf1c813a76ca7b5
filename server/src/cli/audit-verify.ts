import type { RecordTypes, Store } from "@suture/schema";

import { verifyDerived } from "../admission/verify-derived.ts";
import { verifyAudit, type AuditVerdict } from "../audit/verify-audit.ts";
import type { CliOutput, ExitCode } from "./cli-output.ts";

/** `suture audit verify`: 0 if everything is as it was written, 1 with the first row that is not. SPEC AU-7. */
export async function runAuditVerify(
  store: Store,
  output: CliOutput,
  options: { readonly json: boolean; readonly recordTypes: RecordTypes },
): Promise<ExitCode> {
  const { recordTypes } = options;
  const verdict = await verifyAudit(store, (tx) =>
    verifyDerived(tx, recordTypes),
  );
  if (options.json) output.out(JSON.stringify(verdict));
  else for (const line of describe(verdict)) output.out(line);
  return verdict.isIntact ? 0 : 1;
}

function describe(verdict: AuditVerdict): readonly string[] {
  if (!verdict.isIntact) {
    const { partition, broken } = verdict;
    return [
      "NOT INTACT",
      `  organization  ${partition}`,
      `  table         ${broken.table}`,
      `  row           ${broken.key.join(" ")}`,
      `  what          ${broken.problem}`,
    ];
  }
  const { counts } = verdict;
  const checked =
    counts.distrustedCheckpoints === 0
      ? "chain, change and checkpoint"
      : "chain, change and checkpoint that can be proven";
  return [
    `Intact: every ${checked} is as it was written, and the index and rights follow from them.`,
    `  organizations     ${counts.organizations}`,
    `  audit entries     ${counts.auditEntries}`,
    `  batches of reads  ${counts.readBatches}`,
    `  log rows          ${counts.logRows}`,
    `  checkpoints       ${counts.checkpoints}`,
    ...(counts.distrustedCheckpoints === 0
      ? []
      : [
          `  prove nothing     ${counts.distrustedCheckpoints}: checkpoints whose key was distrusted since`,
        ]),
  ];
}

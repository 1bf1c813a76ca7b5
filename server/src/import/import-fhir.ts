/**
 * `suture import-fhir`: real data from elsewhere, through the same admission as everything else. SPEC IM.
 *
 * Works on the store directly, in a process of its own that has the data directory for itself. Everything it writes is signed
 * by the organization's member "FHIR import". Running it again changes nothing; running it after it was killed goes on.
 */
import { mapFhir, ok } from "@suture/schema";
import type {
  Clock,
  Random,
  RecordId,
  RecordTypes,
  Result,
  Store,
} from "@suture/schema";
import { createAdmission } from "../admission/admit-batch.ts";
import { createInlineTrial } from "../admission/trial/inline-trial.ts";
import { appendAudit } from "../audit/append-audit.ts";
import { reconcileReviews } from "../review/reconcile-reviews.ts";
import {
  chooseOrganization,
  type OrganizationProblem,
} from "./choose-organization.ts";
import { ImportMember, type ImportMemberProblem } from "./import-member.ts";
import {
  inviteFirstAdmin,
  type FirstAdminInvitation,
} from "./invite-first-admin.ts";
import { reportImport, type ImportReport } from "./import-report.ts";
import { importSigner, operatorDirectory, operatorId } from "./operator.ts";
import type { FhirFiles } from "./read-fhir-files.ts";
import { writeDrafts } from "./write-drafts.ts";

export interface ImportDeps {
  readonly store: Store;
  readonly types: RecordTypes;
  readonly clock: Clock;
  readonly random: Random;
}

export interface ImportRequest {
  readonly files: FhirFiles;
  /** Null for the only organization there is, or a new one. */
  readonly organizationId: string | null;
  readonly onProgress: (doneCount: number, totalCount: number) => void;
}

export type ImportProblem = OrganizationProblem | ImportMemberProblem;

export interface Imported extends ImportReport {
  readonly organizationId: RecordId;
  readonly isNewOrganization: boolean;
  /** For whoever is to run an organization that an import created. */
  readonly invitation: FirstAdminInvitation | null;
  /** Changes that were added. */
  readonly changeCount: number;
  /** Records that the input makes, and those of them that were written. */
  readonly recordCount: number;
  readonly writtenCount: number;
}

export const newOrganizationName = "Imported organization";

export async function importFhir(
  deps: ImportDeps,
  { files, organizationId: named, onProgress }: ImportRequest,
): Promise<Result<Imported, ImportProblem>> {
  const { store, clock, random } = deps;
  const chosen = await chooseOrganization(deps, named);
  if (!chosen.ok) return chosen;
  const { organizationId, isNew } = chosen.value;
  const member = await ImportMember.open(
    store,
    { clock, random, signer: importSigner(organizationId) },
    organizationId,
    isNew ? newOrganizationName : null,
  );
  if (!member.ok) return member;
  const plan = mapFhir(files.resources, { organizationId });
  const recordCount = plan.drafts.length;
  const admission = createAdmission({
    ...deps,
    directory: operatorDirectory(organizationId),
    operator: operatorId,
    appendAudit,
    reconcileReviews,
    // What was lost is brought back by devices, never by an import.
    verifyCheckpoint: async () => null,
    trial: createInlineTrial(),
    yieldTurn: async () => undefined,
  });
  const {
    fates,
    changeCount,
    recordCount: writtenCount,
  } = await writeDrafts(
    { ...deps, admission },
    {
      organizationId,
      drafts: plan.drafts,
      member: member.value,
      onProgress: (doneCount) => onProgress(doneCount, recordCount),
    },
  );
  return ok({
    ...reportImport(files, plan, fates, changeCount > 0),
    organizationId,
    isNewOrganization: isNew && changeCount > 0,
    invitation: await inviteFirstAdmin(deps, organizationId),
    changeCount,
    recordCount,
    writtenCount,
  });
}

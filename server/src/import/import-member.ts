/**
 * The import's own member record in an organization: made when there is first something to write, and given the teams it
 * writes in, because admission lets nobody write in a team that is not theirs.
 */
import {
  member,
  organization,
  readGroup,
  type Content,
  type RecordId,
  type Result,
  type Store,
} from "@suture/schema";
import { err, ok } from "@suture/schema";
import type { PushedChange } from "../admission/judgement.ts";
import { firstAdminId } from "./invite-first-admin.ts";
import { importRoles } from "./operator.ts";
import { readKnownRecord } from "./read-known-record.ts";
import { RecordEditor, type EditorDeps, type Write } from "./record-editor.ts";

export type ImportMemberProblem =
  /** An admin has deactivated it. */
  | { readonly code: "import-deactivated" }
  /** Its rights are disputed; until that is resolved, the lesser ones count. */
  | { readonly code: "import-contested" };

/** As many as a membership may name. */
const maxTeams = 500;
const displayName = "FHIR import";

export class ImportMember {
  readonly #editor: RecordEditor;
  readonly #deps: EditorDeps;
  readonly #organizationId: RecordId;
  /** The name of the organization that is to be created with it. */
  readonly #newOrganization: string | null;
  #isHere: boolean;
  #membership: { readonly roles: readonly string[]; readonly active: boolean };
  #teams: ReadonlySet<RecordId>;

  private constructor(
    deps: EditorDeps,
    organizationId: RecordId,
    newOrganization: string | null,
    editor: RecordEditor,
    held: {
      readonly roles: readonly string[];
      readonly teams: readonly RecordId[];
      readonly active: boolean;
    } | null,
  ) {
    this.#deps = deps;
    this.#organizationId = organizationId;
    this.#newOrganization = newOrganization;
    this.#editor = editor;
    this.#isHere = held !== null;
    this.#membership = {
      roles: held?.roles ?? importRoles,
      active: held?.active ?? true,
    };
    this.#teams = new Set(held?.teams);
  }

  static async open(
    store: Store,
    deps: EditorDeps,
    organizationId: RecordId,
    newOrganization: string | null,
  ): Promise<Result<ImportMember, ImportMemberProblem>> {
    const { memberId } = deps.signer;
    const known = await store.read(organizationId, (tx) =>
      readKnownRecord(tx, member, memberId, memberId),
    );
    const editor = new RecordEditor(deps, member, memberId, known);
    if (known === undefined)
      return ok(
        new ImportMember(deps, organizationId, newOrganization, editor, null),
      );
    const { membership, recordStatus } = member.groups;
    const rights = readGroup(
      membership,
      known.fold.live("membership"),
      known.fold,
    );
    const standing = readGroup(
      recordStatus,
      known.fold.live("recordStatus"),
      known.fold,
    );
    if (rights.status === "conflict" || standing.status === "conflict")
      return err({ code: "import-contested" });
    const isActive =
      rights.content.active && standing.content.status === "active";
    if (!isActive) return err({ code: "import-deactivated" });
    return ok(
      new ImportMember(
        deps,
        organizationId,
        newOrganization,
        editor,
        rights.content,
      ),
    );
  }

  /** What has to be admitted before the first record: nothing where the member is here. */
  join(): readonly PushedChange[] {
    if (this.#isHere) return [];
    this.#isHere = true;
    const name = this.#newOrganization;
    const founded = name === null ? [] : [this.#found(name)];
    const admins = name === null ? [] : [this.#createFirstAdmin()];
    const created = this.#write([
      { key: "recordId", set: this.#editor.recordId },
      { key: "recordType", set: member.type },
      { key: "parentId", set: this.#organizationId },
      { key: "displayName", set: displayName },
      this.#statement(),
    ]);
    return [...founded, created, ...admins];
  }

  /**
   * What has to be admitted before a record of that team. `plannedTeams` are those still to come, which join in the same
   * statement.
   */
  joinTeam(
    teamId: RecordId,
    plannedTeams: Iterable<RecordId>,
  ): readonly PushedChange[] {
    if (this.#teams.has(teamId)) return [];
    const wanted = [teamId, ...plannedTeams].slice(0, maxTeams);
    const all = new Set([...this.#teams, ...wanted]);
    this.#teams = all.size <= maxTeams ? all : new Set(wanted);
    return [this.#write([this.#statement()])];
  }

  #found(name: string): PushedChange {
    const editor = new RecordEditor(
      this.#deps,
      organization,
      this.#organizationId,
    );
    return valueOf(
      editor.write([
        { key: "recordId", set: this.#organizationId },
        { key: "recordType", set: organization.type },
        { key: "parentId", set: null },
        { key: "name", set: name },
      ]),
    );
  }

  /** For somebody to become: without it nobody could ever sign in to the organization. */
  #createFirstAdmin(): PushedChange {
    const recordId = firstAdminId(this.#organizationId);
    const editor = new RecordEditor(this.#deps, member, recordId);
    const content = { roles: ["admin"], teams: [], active: true };
    return valueOf(
      editor.write([
        { key: "recordId", set: recordId },
        { key: "recordType", set: member.type },
        { key: "parentId", set: this.#organizationId },
        { key: "displayName", set: "First admin" },
        editor.statement("membership", content),
      ]),
    );
  }

  #statement(): Write {
    const content: Content = {
      roles: [...this.#membership.roles],
      teams: [...this.#teams].sort(),
      active: this.#membership.active,
    };
    return this.#editor.statement("membership", content);
  }

  #write(writes: readonly Write[]): PushedChange {
    return valueOf(this.#editor.write(writes));
  }
}

/** These changes hold nothing that comes from outside, so that they cannot be composed is a bug. */
function valueOf(result: Result<PushedChange, { readonly code: string }>) {
  if (result.ok) return result.value;
  throw new Error(`the import's own change: ${result.error.code}`);
}

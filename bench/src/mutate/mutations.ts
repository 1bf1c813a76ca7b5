/** The faults that are planted, one at a time. Each must break a promise within 1,000 seeds. SPEC WO-57. */
import type { Mutation } from "./mutation.ts";

export const mutations: readonly Mutation[] = [
  {
    name: "storage: a commit does not wait for the disk",
    edits: [
      {
        file: "schema/src/storage/commit-rows.ts",
        find: '"PRAGMA synchronous = FULL"',
        replace: '"PRAGMA synchronous = OFF"',
      },
    ],
  },
  {
    name: "storage: a write is acknowledged before its commit",
    edits: [
      {
        file: "schema/src/storage/sqlite-store.ts",
        find: "settleAll(done, this.#commit(writes), this.#onCommit);",
        replace:
          "(settleAll(done, new Map(), this.#onCommit), this.#commit(writes));",
      },
    ],
  },
  {
    name: "client: a save that the disk refused is called saved",
    edits: [
      {
        file: "client/src/records/commit-plan.ts",
        find: 'return err({ code: "not-saved", reason: statusLabels.unsaved });',
        replace:
          'return Date.length < 0 ? err({ code: "not-saved", reason: statusLabels.unsaved }) : ok(null);',
      },
    ],
  },
  {
    name: "live set: a statement replaces all others",
    edits: [
      {
        file: "schema/src/clinical/live-set.ts",
        find: "return [...live.filter((opId) => !overwritten.has(opId)), op.opId].sort(",
        replace:
          "return [...live.filter((opId) => overwritten.has(opId) && false), op.opId].sort(",
      },
    ],
  },
  {
    name: "reader: a group in conflict is read as settled",
    edits: [
      {
        file: "schema/src/clinical/read-group.ts",
        find: "if (!isConflict(general, live, source)) {",
        replace: "if (!isConflict(general, live, source) || live.length > 1) {",
      },
    ],
  },
  {
    name: "reader: the last to arrive wins a field",
    edits: [
      {
        file: "schema/src/change/fold-record.ts",
        find: ": [...kept, edit].sort((a, b) => compareOpIds(a.opId, b.opId));",
        replace: ": [...kept, edit];",
      },
    ],
  },
  {
    name: "form: a save counts as seen what the device has received",
    edits: [
      {
        file: "client/src/records/edit-session.ts",
        find: "{ personId: this.#personId, heads: () => this.heads },",
        replace:
          "{ personId: this.#personId, heads: () => this.#open.state.index.heads() },",
      },
    ],
  },
  {
    name: "client: a refused edit is forgotten",
    edits: [
      {
        file: "client/src/store/apply-verdicts.ts",
        find: "isDismissed: false,",
        replace: "isDismissed: true,",
      },
    ],
  },
  {
    name: "client: a silent line is waited for",
    edits: [
      {
        file: "client/src/sync/liveness.ts",
        find: "this.#deadline = this.#deps.timers.after(answerDeadlineMs, () =>\n      this.#deps.onSilence(),\n    );",
        replace: "",
      },
    ],
  },
  {
    name: "client: what a restored server lost stays synced",
    edits: [
      {
        file: "client/src/store/scope-positions.ts",
        find: "    await returnToPending(tx, change, stays, true);\n",
        replace:
          "    if (scopeId === change.recordId) await returnToPending(tx, change, stays, true);\n",
      },
    ],
  },
  {
    name: "client: the outbox sends in any order of urgency",
    edits: [
      {
        file: "client/src/store/push-order.ts",
        find: "for (const pending of await tx.scan(pendingTable)) {",
        replace:
          "for (const pending of [...(await tx.scan(pendingTable))].reverse()) {",
      },
    ],
  },
  {
    name: "server: a cursor is believed without its chain hash",
    edits: [
      {
        file: "server/src/log/read-log.ts",
        find: "(await chainAt(tx, scopeId, cursor.sequence)) === cursor.chain",
        replace:
          "(await chainAt(tx, scopeId, cursor.sequence)) !== `${cursor.chain}?`",
      },
    ],
  },
  {
    name: "server: a change is admitted whatever its author may do",
    edits: [
      {
        file: "server/src/admission/judge-change.ts",
        find: "    if (!permitted.ok) return permitted;\n",
        replace:
          '    if (!permitted.ok && permitted.error.reason === "") return permitted;\n',
      },
      {
        file: "server/src/admission/judge-change.ts",
        find: "  if (!standing.isActive)\n",
        replace: "  if (!standing.isActive && standing.roles.size > 99)\n",
      },
    ],
  },
  {
    name: "server: a device that lost its answer is refused what it repeats",
    edits: [
      {
        file: "server/src/admission/judge-change.ts",
        find: "if (isOwn(row, pusher) || (await isReader(state, pusher, record)))",
        replace:
          "if (!isOwn(row, pusher) && (await isReader(state, pusher, record)))",
      },
    ],
  },
  {
    name: "server: sessions are not told that rights have changed",
    edits: [
      {
        file: "server/src/gateway/sync/sync-gateway.ts",
        find: "membershipsChanged.flatMap((memberId) => hub.ofMember(memberId)),",
        replace:
          "membershipsChanged.flatMap((memberId) => hub.ofMember(memberId)).slice(0, 0),",
      },
    ],
  },
  {
    name: "server: an entry of the audit is left out, its place in the chain is not",
    edits: [
      {
        file: "server/src/audit/append-audit.ts",
        find: "  await tx.put(auditTable, [scopeId, sequence], { atMs, entry, chain });\n  await tx.put(auditHeadsTable, [scopeId], { sequence, chain });\n}\n\n/** Adds one entry for",
        replace:
          "  if (sequence % 5 > 0)\n    await tx.put(auditTable, [scopeId, sequence], { atMs, entry, chain });\n  await tx.put(auditHeadsTable, [scopeId], { sequence, chain });\n}\n\n/** Adds one entry for",
      },
    ],
  },
  {
    name: "server: the audit does not tell of some of what was admitted",
    edits: [
      {
        file: "server/src/admission/batch-state.ts",
        find: "      await appendAudit(this.tx, { scopeId, atMs }, entry);",
        replace:
          "      if (entry.toSequence % 5 > 0)\n        await appendAudit(this.tx, { scopeId, atMs }, entry);",
      },
    ],
  },
];

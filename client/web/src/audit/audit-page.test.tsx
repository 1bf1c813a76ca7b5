// @vitest-environment happy-dom
import { organizationScope } from "@suture/schema";
import type { HistoryEntry } from "@suture/client";
import { startMs } from "@suture/client/clinic-test-support";
import { expect, test } from "vitest";

import { renderApp } from "../app/app.test-support.tsx";
import {
  RecordedServer,
  withSession,
} from "../http/recorded-server.test-support.ts";
import {
  contestParts,
  hourMs,
  openWorld,
} from "../reviews/conflict-world.test-support.ts";
import { commonText } from "../text/common.ts";
// Loaded beforehand: the app loads a page when it is first wanted.
import "./audit-page.tsx";

/** An auditor's device that holds a contested job. */
async function openAudit(path: string) {
  const server = new RecordedServer();
  const world = await openWorld(server.fetch);
  await withSession(world.manager);
  const jobId = await contestParts(world);
  const found = await world.manager.client.serviceJobs.get(jobId);
  if (!found.ok) throw new Error(found.error.code);
  const job = found.value;
  const [held] = world.manager.client.memberships;
  if (held === undefined) throw new Error("no member");
  const { organizationId, memberId, teamIds } = held;
  await world.manager.log.saveMemberships(world.manager.personId, [
    { organizationId, memberId, teamIds, roles: ["auditor"] },
  ]);
  const historyPath = `/v1/records/${jobId}/history`;
  server.answersWith(`GET ${historyPath}`, ({ path: asked }) => {
    const isFirst =
      new URLSearchParams(asked.split("?")[1]).get("after") === "0";
    // As the server pages: two, then the rest.
    const entries = job.history().map(serverEntry);
    return new Response(
      JSON.stringify({
        recordId: jobId,
        recordType: "serviceJob",
        heads: job.heads,
        entries: isFirst ? entries.slice(0, 2) : entries.slice(2),
        next: isFirst ? 2 : null,
      }),
    );
  });
  const show = () =>
    renderApp(world.manager, path.replace("{job}", jobId), {
      server: { url: "https://suture.test", fetch: server.fetch },
    });
  return { world, server, job, historyPath, show };
}

/** In the recorded shape. What was sent to whom is made up: the last one's device had been sent two rows. */
function serverEntry(entry: HistoryEntry, index: number) {
  const signed = entry.edits.find(({ kind }) => kind === "statement");
  const { hash, memberId, deviceId, authoredAtMs, admittedAtMs } = entry;
  const parts =
    typeof signed?.after === "object" &&
    signed.after !== null &&
    "partsReplaced" in signed.after
      ? Object.entries(signed.after.partsReplaced as object)
      : [];
  const edits =
    signed === undefined
      ? [{ kind: "value", target: "recordId", before: [], after: "x" }]
      : [
          {
            kind: "statement",
            target: "service",
            attribution: { memberId, deviceId, authoredAtMs },
            changes: parts.map(([entryId, after]) => ({
              part: "partsReplaced",
              entryId,
              before: [],
              after: after as unknown,
            })),
          },
        ];
  return {
    number: index + 1,
    hash,
    memberId,
    deviceId,
    deviceTimeMs: authoredAtMs,
    admittedAtMs,
    isHead: index > 0,
    edits,
    adopts: null,
    seen: {
      changes: entry.seen,
      delivered:
        index === 2
          ? [
              {
                scopeId: organizationScope(memberId),
                fromSequence: 0,
                sequence: 2,
                atMs: startMs + hourMs,
              },
            ]
          : [],
      overwrote: [],
    },
  };
}

test("[AP-89] a record's whole history is asked of the server, page by page, and that the look is on record is said", async () => {
  const { server, historyPath, show } = await openAudit("/audit/records/{job}");
  const page = await show();
  await page.shows("This look is on record.");
  await page.shows("Coil assembly × 3");
  await page.shows("History: CT-04 (service job)");
  expect(page.text).toContain("None");
  expect(
    server.asked
      .filter(({ path }) => path.startsWith(historyPath))
      .map(({ path }) => path),
  ).toEqual([
    `${historyPath}?after=0&limit=200`,
    `${historyPath}?after=2&limit=200`,
  ]);
});

test("[AP-89] where the server does not answer, this device's own history is shown, and that this look is not noted", async () => {
  const { server, show } = await openAudit("/audit/records/{job}");
  server.isUp = false;
  const page = await show();
  await page.shows("it has not noted this look");
  await page.shows("Coil assembly × 3");
  expect(page.text).toContain("Made without seeing #3");
});

test("[AP-85] each change tells its author, device, both clocks, the field and before and after; as a table, too", async () => {
  const { show } = await openAudit("/audit/records/{job}");
  const page = await show();
  await page.shows("Anna Moyo");
  const anna = [...page.root.querySelectorAll(".history-change")].find(
    ({ textContent }) => textContent.includes("Anna Moyo"),
  )?.textContent;
  expect(anna).toContain(`Device ${commonText.dateTime(startMs)}`);
  expect(anna).toContain(`server ${commonText.dateTime(startMs + 5 * hourMs)}`);
  expect(anna).toContain("parts replacedNone");
  await page.press("Show as a table");
  await page.until(() => page.root.querySelector("table") !== null);
  const rows = [...page.root.querySelectorAll("tbody tr")].map((row) =>
    [...row.children].map(({ textContent }) => textContent),
  );
  expect(rows).toHaveLength(3);
  expect(rows[2]?.slice(4)).toEqual([
    commonText.dateTime(startMs + 5 * hourMs),
    "parts replaced",
    "",
    "None",
    "#2",
  ]);
});

test("[AP-91] of a change it is told what its author had seen: on what it builds, what was sent to the device, and what stood there", async () => {
  const { show } = await openAudit("/audit/records/{job}");
  const page = await show();
  await page.press("What had this author seen? #3");
  await page.shows("Built on #1, and all behind it.");
  expect(page.text).toContain(
    `sent changes 1 to 2 of the log by ${commonText.dateTime(startMs + hourMs)}`,
  );
  await page.shows("What stood in front of them");
  const stood = page.root.querySelector(".snapshot")?.textContent;
  expect(stood).toContain("CT-04");
  expect(stood).not.toContain("Coil assembly");
});

test("[AP-90] what stood at a moment of the server's clock is shown, with every version of what was in conflict", async () => {
  const { show } = await openAudit("/audit/records/{job}");
  const page = await show();
  await page.shows("As of (server's clock)");
  const local = (atMs: number) => {
    const at = new Date(atMs - new Date(atMs).getTimezoneOffset() * 60_000);
    return at.toISOString();
  };
  const asOf = async (atMs: number) => {
    await page.type("As of (server's clock)", local(atMs).slice(0, 10));
    await page.type("Time", local(atMs).slice(11, 16));
    await page.press("Show");
    await page.shows(`What stood at ${commonText.dateTime(atMs)}`);
    return page.root.querySelector(".snapshot")?.textContent ?? "";
  };
  const early = await asOf(startMs + hourMs);
  expect(early).toContain("Coil assembly × 3");
  expect(early).not.toContain("In conflict");
  const later = await asOf(startMs + 6 * hourMs);
  expect(later).toContain("In conflict: 2 versions");
  expect(later).toContain("Coil assembly × 3");
  expect(later).toContain("None");
  await page.type(
    "As of (server's clock)",
    local(startMs - 48 * hourMs).slice(0, 10),
  );
  await page.press("Show");
  await page.shows("The record was not there yet");
});

test("[AP-87] a record is found by its name among what the device holds, and what is not found is never said not to be", async () => {
  const { job, show } = await openAudit("/audit");
  const page = await show();
  await page.type("Name, number or id of the record", "ct-0");
  await page.shows("CT-04 (equipment)");
  await page.type("Name, number or id of the record", job.id);
  await page.until(() =>
    [...page.root.querySelectorAll("a")].some(({ href }) =>
      href.endsWith(`/audit/records/${job.id}`),
    ),
  );
  await page.type("Name, number or id of the record", "zzz");
  await page.shows("No match on this device.");
});

test("[AP-88, AP-119] the search reads on page by page, says how much it has looked at, and keeps what it found when the server goes away", async () => {
  const { world, server, job, show } = await openAudit("/audit");
  const scopeId = organizationScope(world.organizationId);
  const entry = (sequence: number) => ({
    sequence,
    atMs: startMs,
    chain: "0".repeat(64),
    entry:
      sequence % 20 === 0
        ? {
            event: "conflict-opened",
            reviewId: "1".repeat(32),
            recordId: job.id,
            group: "service",
            candidates: [],
          }
        : { event: "sign-in", memberId: world.founderId },
  });
  server.answersWith("GET /v1/audit", ({ path }) => {
    const query = new URLSearchParams(path.split("?")[1]);
    expect(query.get("order")).toBe("newest-first");
    const after = Number(query.get("after") ?? "1000");
    // After the second page the line is cut.
    if (after === 600) server.isUp = false;
    return new Response(
      JSON.stringify({
        scopeId,
        chain: "audit",
        entries: Array.from({ length: 200 }, (_, at) => entry(after - at)),
        next: `${after - 200}`,
        scopeIds: [scopeId],
        checkpoint: null,
      }),
    );
  });
  const page = await show();
  await page.choose("What", "Conflicts and how they ended");
  await page.press("Search");
  await page.shows("This needs the server, which does not answer now.");
  expect(page.text).toContain("30 entries of 600 looked at.");
  expect(page.root.querySelectorAll(".found-entry")).toHaveLength(30);
  expect(page.text).toContain("Conflict opened · work done");
  expect(page.text).toContain("about CT-04");
  const [first] = page.root.querySelectorAll(".found-entry");
  expect(first?.textContent).toContain("No. 1000");
});

test("[AP-92] what was found becomes a file once the server has noted that, and not before", async () => {
  const { world, server, show } = await openAudit("/audit");
  const scopeId = organizationScope(world.organizationId);
  const entries = [7, 6].map((sequence) => ({
    sequence,
    atMs: startMs,
    chain: "0".repeat(64),
    entry: { event: "sign-in", memberId: world.founderId },
  }));
  server.answers("GET /v1/audit", {
    scopeId,
    chain: "audit",
    entries,
    next: null,
    scopeIds: [scopeId],
    checkpoint: null,
  });
  const page = await show();
  await page.press("Search");
  await page.shows("2 entries of 2 looked at.");
  await page.press("Save what was found");
  await page.shows("only once the server has put that on record");
  expect(page.saved).toEqual([]);
  server.answers("POST /v1/audit/exports", null, 204);
  await page.press("Save what was found");
  await page.until(() => page.saved.length === 1);
  const noted = server.asked.filter(({ method }) => method === "POST");
  expect(noted.at(-1)?.body).toEqual({
    organizationId: world.organizationId,
    scopeId,
    chain: "audit",
    upTo: 7,
    count: 2,
  });
});

test("[AP-92] a history that was read is saved as a file, once the server has noted that", async () => {
  const { job, server, show } = await openAudit("/audit/records/{job}");
  const page = await show();
  await page.press("Save this history");
  await page.shows("only once the server has put that on record");
  expect(page.saved).toEqual([]);
  server.answers(`POST /v1/records/${job.id}/exports`, null, 204);
  await page.press("Save this history");
  await page.until(() => page.saved.length === 1);
  const [saved] = page.saved;
  expect(saved?.name).toMatch(/^suture-history-.*\.json$/);
  const content = JSON.parse((await saved?.file.text()) ?? "") as {
    readonly entries: readonly { readonly hash: string }[];
  };
  expect(content.entries.map(({ hash }) => hash)).toEqual(
    job.history().map(({ hash }) => hash),
  );
  expect(server.asked.at(-1)?.body).toEqual({ count: job.history().length });
});

test("[AP-94] nothing that can be pressed or sent on these pages writes anything", async () => {
  const { world, server, show } = await openAudit("/audit/records/{job}");
  const before = await world.manager.client.unsynced();
  const page = await show();
  for (const name of ["What had this author seen? #2", "Show as a table"])
    await page.press(name);
  await page.unmount();
  expect(await world.manager.client.unsynced()).toEqual(before);
  expect(new Set(server.asked.map(({ method }) => method))).toEqual(
    new Set(["GET"]),
  );
});

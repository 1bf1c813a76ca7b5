// @vitest-environment happy-dom
import {
  httpError,
  organizationScope,
  recordIdFromBytes,
  reviewIdOf,
} from "@suture/schema";
import { startMs } from "@suture/client/clinic-test-support";
import { act } from "react";
import { expect, test } from "vitest";

import { renderApp } from "../app/app.test-support.tsx";
import {
  RecordedServer,
  withSession,
} from "../http/recorded-server.test-support.ts";
import {
  contestMedications,
  contestParts,
  openTask,
  openWorld,
} from "./conflict-world.test-support.ts";
// Loaded beforehand: the app loads a page when it is first wanted.
import "./review-page.tsx";
import "./reviews-page.tsx";

async function openReviews(path: string, server = new RecordedServer()) {
  const world = await openWorld(server.fetch);
  await withSession(world.manager);
  const show = () =>
    renderApp(world.manager, path, {
      server: { url: "https://suture.test", fetch: server.fetch },
    });
  return { world, server, show };
}

test("[AP-60] a conflict's answers all stand in the list, and a contested name is no single name", async () => {
  const { world, show } = await openReviews("/reviews");
  await contestParts(world);
  const patientId = await contestMedications(world);
  for (const [device, text] of [
    [world.manager, "Tariro Moyo"],
    [world.colleague, "Tariro Banda"],
  ] as const) {
    const patient = await device.client.patients.get(patientId);
    if (!patient.ok) throw new Error(patient.error.code);
    const edit = await patient.value.edit();
    edit.draft.identity.name = [{ text }];
    expect((await edit.save()).ok).toBe(true);
  }
  await world.meet();
  const page = await show();
  await page.shows("Which parts were replaced on CT-04?");
  const rows = [...page.root.querySelectorAll(".question-row")].map(
    ({ textContent }) => textContent,
  );
  const parts = rows.find((row) => row.includes("CT-04"));
  expect(parts).toContain("None");
  expect(parts).toContain("Coil assembly × 3");
  const names = rows.filter((row) => row.includes("Tariro"));
  expect(names).toHaveLength(2);
  for (const row of names) {
    expect(row).toContain("Tariro Moyo");
    expect(row).toContain("Tariro Banda");
  }
});

test("[AP-61] the queue works offline, care first, and says which questions the server has not heard of", async () => {
  const { world, server, show } = await openReviews("/reviews");
  const jobId = await contestParts(world);
  await contestMedications(world);
  await openTask(world, jobId, "serviceJob", "service");
  server.isUp = false;
  const page = await show();
  await page.shows("Which parts were replaced on CT-04?");
  const at = (words: string) => page.text.indexOf(words);
  expect(at("Care and safety first")).toBeLessThan(at("Which medication"));
  expect(at("Which medication")).toBeLessThan(at("Everything else"));
  expect(at("Everything else")).toBeLessThan(at("Which parts"));
  expect(page.text).toContain(
    "Seen by this device; the server has not heard of it yet",
  );
  expect(page.text).toContain("Open since");
  expect(page.text).toContain("Came back");
});

test("[AP-61] an empty queue of a device that is not in touch does not say that there are no questions", async () => {
  const { show } = await openReviews("/reviews");
  const page = await show();
  await page.shows("Nothing is waiting for an answer on this device.");
  expect(page.text).toContain("there may be questions it has not heard of");
});

test("[AP-70] what colleagues' devices hold is told by the server, or by what was heard where it does not answer", async () => {
  const { world, server, show } = await openReviews("/reviews?view=team");
  const deviceId = world.colleague.client.person?.deviceId;
  const [colleague] = await world.manager.client.members.list({
    matching: "anna",
  });
  server.answers(`GET /v1/organizations/${world.organizationId}/devices`, {
    devices: [
      {
        deviceId,
        name: "Ward tablet",
        registeredAtMs: startMs,
        revokedAtMs: null,
        quarantine: null,
        members: [
          {
            memberId: colleague?.id,
            isOnDevice: true,
            isConnected: false,
            unseenSignatureCount: 0,
            lastReport: {
              unsynced: { countsByPriority: [2, 1, 0, 4], oldestAgeMs: 60_000 },
              reportedAtMs: startMs,
              contactAtMs: startMs,
              appVersion: "1",
              schemaVersion: 1,
            },
          },
        ],
      },
    ],
  });
  const page = await show();
  await page.shows("3 critical, 4 other changes");
  await page.shows("Anna Moyo");
  expect(page.text).toContain("Ward tablet");
  expect(page.text).toContain("Not connected");
  server.isUp = false;
  await page.unmount();
  const offline = await show();
  await offline.shows("This needs the server, which does not answer now.");
  expect(offline.text).toContain(
    "From what this device has heard since it was opened.",
  );
});

test("[AP-121] what was settled or agreed lately is listed across records, by whom and how; one's own answer can be given anew", async () => {
  const { world, server, show } = await openReviews("/reviews?view=closed");
  const jobId = await contestParts(world);
  const found = await world.manager.client.serviceJobs.get(jobId);
  if (!found.ok) throw new Error(found.error.code);
  const job = found.value;
  const [chosen, other] = candidatesOf(job.group("service"));
  const settled = await job.resolve("service", {
    choose: chosen.opId,
    reason: "counted them",
  });
  expect(settled.ok).toBe(true);
  await world.meet();
  const [colleague] = await world.manager.client.members.list({
    matching: "anna",
  });
  const by = { memberId: world.founderId };
  const about = {
    kind: "conflict",
    recordId: jobId,
    group: "service",
  } as const;
  const task = {
    ...about,
    reviewId: reviewIdOf(about),
    organizationId: world.organizationId,
    scopeId: organizationScope(world.organizationId),
    recordType: "serviceJob",
    openedAtMs: startMs,
    revision: 1,
    candidates: [chosen.opId, other.opId],
  };
  const patientId = recordIdFromBytes(new Uint8Array(16).fill(7));
  const agreed = {
    ...task,
    recordId: patientId,
    reviewId: reviewIdOf({ ...about, recordId: patientId }),
  };
  const closedAtMs = startMs;
  server.answers("GET /v1/reviews", {
    reviews: [
      {
        task,
        maySettle: true,
        state: { isOpen: false, outcome: "resolved", closedAtMs, by },
      },
      {
        task: agreed,
        maySettle: true,
        state: {
          isOpen: false,
          outcome: "agreed",
          closedAtMs,
          by,
          signerIds: [world.founderId, colleague?.id],
        },
      },
    ],
  });
  const page = await show();
  await page.shows("Agreed: all said the same");
  const rows = [...page.root.querySelectorAll<HTMLElement>(".closed-question")];
  await page.until(() => rows[1]?.textContent.includes("Anna Moyo") === true);
  expect(rows[0]?.textContent).toContain("CT-04");
  expect(rows[0]?.textContent).toContain("Settled,");
  expect(rows[0]?.textContent).toContain("By A founder");
  await act(async () => rows[0]?.click());
  await page.press("Undo");
  await page.shows("Your answer stays on record");
  expect(page.root.querySelectorAll(".undo .answer")).toHaveLength(1);
});

test("[AP-118] those who run the organization read per week how many saves were opened again only to look", async () => {
  const { world, server, show } = await openReviews("/reviews?view=team");
  const path = `/v1/organizations/${world.organizationId}`;
  server.answers(`GET ${path}/devices`, { devices: [] });
  server.answers(`GET ${path}/reopen-counts`, {
    weeks: [
      { fromDay: "2026-03-02", saveCount: 120, reopenCount: 3, deviceCount: 2 },
      { fromDay: "2026-02-23", saveCount: 4, reopenCount: 0, deviceCount: 1 },
    ],
  });
  const page = await show();
  await page.shows("3 of 120 saves were opened again only to look");
  expect(page.text).toContain("Week of 2 Mar 2026");
  expect(page.text).toContain("0 of 4 saves were opened again only to look");
  await page.unmount();
  server.answers(`GET ${path}/reopen-counts`, { weeks: [] });
  const empty = await show();
  await empty.shows("No device has told anything yet.");
});

function candidatesOf<C>(
  reading:
    | { readonly status: "settled" }
    | { readonly status: "conflict"; readonly candidates: readonly C[] },
): readonly [C, C] {
  const [one, other] = reading.status === "conflict" ? reading.candidates : [];
  if (one === undefined || other === undefined)
    throw new Error("it is not in conflict");
  return [one, other];
}

const hash = "c".repeat(64);

async function openStranded(state: unknown = { kind: "open" }) {
  const opened = await openReviews("/reviews?view=stranded");
  const { world, server } = opened;
  const jobId = await contestParts(world);
  const [colleague] = await world.manager.client.members.list({
    matching: "anna",
  });
  const refused = {
    recordId: jobId,
    recordType: "serviceJob",
    hash,
    code: "not-permitted",
    message: "Its author may not write this.",
    memberId: colleague?.id,
    deviceId: world.colleague.client.person?.deviceId,
    refusedAtMs: startMs,
    state,
  };
  const path = `/v1/organizations/${world.organizationId}/stranded`;
  const detail = {
    ...refused,
    deviceTimeMs: startMs,
    base: [],
    tried: [
      {
        kind: "value",
        target: "priority",
        before: ["routine"],
        after: "urgent",
      },
    ],
    typed: [{ target: "description", inserted: "fan worn", deletedCount: 0 }],
  };
  server
    .answers(`GET ${path}`, { stranded: [refused], next: null })
    .answers(`GET ${path}/${hash}`, detail)
    .answers(`GET ${path}/${hash}/export`, { ...detail, bytes: "00" });
  return { ...opened, path };
}

test("[AP-71] work that was not accepted says whose it is, why, and what it was to say, from what to what", async () => {
  const { show } = await openStranded();
  const page = await show();
  await page.shows("Its author may not write this.");
  await page.shows("CT-04 (service job)");
  await page.press("Read");
  await page.shows("urgent");
  expect(page.root.querySelector("del")?.textContent).toBe("routine");
  expect(page.text).toContain("description: “fan worn”");
  await page.press("Save a copy");
  await page.until(() => page.saved.length === 1);
  expect(page.saved[0]?.name).toMatch(/^suture-not-accepted-.*\.json$/);
});

test("[AP-72] it is taken over under one's own name with a reason, once it has been read again", async () => {
  const { server, path, show } = await openStranded();
  server.answers(`POST ${path}/${hash}/adopt`, {
    state: {
      kind: "adopted",
      byMemberId: recordIdFromBytes(new Uint8Array(16).fill(1)),
      atMs: startMs,
      reason: "it was right",
      as: "d".repeat(64),
    },
  });
  const page = await show();
  await page.press("Read");
  await page.press("Take over");
  await page.shows("Take over under your own name?");
  await page.type("Why?", "it was right");
  const confirm = [
    ...page.root.querySelectorAll<HTMLButtonElement>(
      "[role=alertdialog] button",
    ),
  ].find(({ textContent }) => textContent === "Take over");
  await act(async () => confirm?.click());
  await page.shows("Taken over");
  expect(server.asked.at(-1)).toMatchObject({
    method: "POST",
    body: { reason: "it was right" },
  });
});

test("[AP-72] what cannot be taken over says why, and nothing of it is lost", async () => {
  const { server, path, show } = await openStranded();
  server.answers(
    `POST ${path}/${hash}/adopt`,
    httpError("adoption-refused", "not-permitted"),
    409,
  );
  const page = await show();
  await page.press("Read");
  await page.press("Take over");
  await page.type("Why?", "it was right");
  const confirm = [
    ...page.root.querySelectorAll<HTMLButtonElement>(
      "[role=alertdialog] button",
    ),
  ].find(({ textContent }) => textContent === "Take over");
  await act(async () => confirm?.click());
  await page.shows("It could not be taken over. Your role may not write this.");
  expect(page.valueOf("Why?")).toBe("it was right");
});

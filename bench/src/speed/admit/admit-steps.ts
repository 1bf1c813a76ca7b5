/**
 * Which step of admission the functions of a file belong to, so that a profile taken from outside says what each step costs: the
 * server measures nothing of itself. The longest beginning of a file's path counts. What is shared by steps, such as the store,
 * belongs to whoever called it; where nobody is left to ask, it is what the store does by itself. SPEC BE-10.
 */
export const allSteps = [
  "decode and verify",
  "index and structure",
  "place and rights",
  "values and statements",
  "detection and reviews",
  "rows and commit",
  "audit",
  "trial of a text",
  "batches and verdicts",
  "garbage collection",
  "anything else",
] as const;
export type Step = (typeof allSteps)[number];

/** Paths without their ending, from the workspace on; a folder ends in "/". */
export const filesByStep: Readonly<Partial<Record<Step, readonly string[]>>> = {
  "decode and verify": [
    "server/admission/bound",
    "server/admission/decode",
    "schema/change/",
  ],
  "index and structure": [
    "server/admission/attribute",
    "server/log/record-",
    "schema/change/change-index",
    "schema/change/index-change",
  ],
  "place and rights": [
    "server/admission/judge-place",
    "server/admission/permit",
    "server/admission/place-batch",
    "server/admission/scope",
    "server/identity/",
    "schema/access/",
  ],
  "values and statements": [
    "server/admission/validate",
    "server/log/statements-needed",
    "schema/change/interpret-change",
    "schema/clinical/",
    "schema/fhir/",
    "schema/records/",
  ],
  "detection and reviews": [
    "server/admission/detect",
    "server/review/",
    "schema/clinical/booking",
    "schema/clinical/derived-reviews",
  ],
  "rows and commit": ["server/admission/commit", "server/log/"],
  audit: ["server/audit/"],
  "trial of a text": [
    "server/admission/trial",
    "schema/change/try-changes",
    "schema/automerge/",
  ],
  "batches and verdicts": ["server/admission/", "server/gateway/"],
};

/** Whoever calls it, unless it is at work by itself: then rows and commit. */
export const storeFiles = ["schema/storage/", "server/store/"] as const;

const rules = Object.entries(filesByStep)
  .flatMap(([step, files]) =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the table above
    files.map((path) => ({ step: step as Step, path })),
  )
  .sort((a, b) => b.path.length - a.path.length);

/** From the function that was running to the one that everything began with; URLs, empty for what is no file's. */
export function stepOfStack(urls: readonly string[]): Step {
  const paths = urls.map(pathOf);
  for (const path of paths) {
    const rule = rules.find((one) => path.startsWith(one.path));
    if (rule !== undefined) return rule.step;
  }
  return paths.some((path) => storeFiles.some((one) => path.startsWith(one)))
    ? "rows and commit"
    : "anything else";
}

function pathOf(url: string): string {
  const [, workspace = "", file = ""] =
    /\/(schema|server)\/(?:dist|src)\/(.+)\.[jt]s$/.exec(url) ?? [];
  return `${workspace}/${file}`;
}

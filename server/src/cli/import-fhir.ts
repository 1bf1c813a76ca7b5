/**
 * `suture import-fhir PATH…`: reads files, then works on the data directory, which it has for itself. Broken resources are
 * reported and are no failure of the command; it fails (exit 2) only where nothing could be done.
 */
import {
  StoreError,
  type Clock,
  type Random,
  type RecordTypes,
} from "@suture/schema";
import { Command, type Option } from "commander";

import { importFhir, type ImportProblem } from "../import/import-fhir.ts";
import { countNames } from "../import/import-report.ts";
import { printReport } from "../import/print-report.ts";
import {
  createProgressBar,
  type ProgressTerminal,
} from "../import/progress-bar.ts";
import { readFhirFiles } from "../import/read-fhir-files.ts";
import { lockData, storeFileIn } from "../store/data-lock.ts";
import { openSqliteStore } from "../store/open-sqlite-store.ts";
import { serverMigrations } from "../server-migrations.ts";
import { serverTables } from "../server-tables.ts";
import type { CliOutput, ExitCode } from "./cli-output.ts";

export interface ImportFhirDeps {
  readonly output: CliOutput;
  readonly terminal: ProgressTerminal;
  readonly clock: Clock;
  readonly random: Random;
  readonly types: RecordTypes;
}

export interface ImportFhirOptions {
  readonly paths: readonly string[];
  readonly data: string;
  readonly organization: string | undefined;
  readonly json: boolean;
}

export function importFhirCommand(
  deps: ImportFhirDeps,
  dataOption: Option,
  setExitCode: (code: ExitCode) => void,
): Command {
  return new Command("import-fhir")
    .description("import FHIR R4: bulk NDJSON, bundles, resources, folders")
    .argument("<paths...>", "files and folders")
    .addOption(dataOption)
    .option("--organization <id>", "into this one, if there are several")
    .option(
      "--json",
      "the counts as the last line, the report on stderr",
      false,
    )
    .addHelpText(
      "after",
      "\nWorks while no server runs on the data. Running it again changes nothing.",
    )
    .action(
      async (
        paths: readonly string[],
        options: Omit<ImportFhirOptions, "paths">,
      ) => {
        setExitCode(await runImportFhir(deps, { ...options, paths }));
      },
    );
}

export async function runImportFhir(
  deps: ImportFhirDeps,
  { paths, data, organization, json }: ImportFhirOptions,
): Promise<ExitCode> {
  const { output, terminal } = deps;
  const bar = createProgressBar(terminal);
  const files = readFhirFiles(paths, (done, total) =>
    bar.show("Reading files", done, total),
  );
  bar.clear();
  if (!files.ok)
    return fail(output, `There is no file or folder ${files.error.path}.`);
  const lock = lockData(data);
  if (!lock.ok)
    return fail(
      output,
      lock.error.code === "data-in-use"
        ? `A server is running on ${data}: stop it, import, and start it again.`
        : `The data directory ${data} cannot be used.`,
    );
  try {
    const store = await openSqliteStore({
      file: storeFileIn(data),
      tables: serverTables,
      migrations: serverMigrations,
    });
    try {
      bar.show("Comparing", 0, files.value.resources.length);
      const imported = await importFhir(
        { ...deps, store },
        {
          files: files.value,
          organizationId: organization ?? null,
          onProgress: (done, total) =>
            bar.show("Importing records", done, total),
        },
      );
      bar.clear();
      if (!imported.ok) return fail(output, sentenceOf(imported.error));
      const print = json ? output.err : output.out;
      for (const line of printReport(imported.value)) print(line);
      const { counts } = imported.value;
      if (json)
        output.out(
          JSON.stringify(
            Object.fromEntries(countNames.map((name) => [name, counts[name]])),
          ),
        );
      return 0;
    } finally {
      bar.clear();
      await store.close();
    }
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    return fail(
      output,
      `The store failed: ${cause.message} (${cause.code}). What was written is kept; running this again goes on from there.`,
    );
  } finally {
    lock.value.release();
  }
}

function fail(output: CliOutput, sentence: string): ExitCode {
  output.err(sentence);
  return 2;
}

function sentenceOf(problem: ImportProblem): string {
  switch (problem.code) {
    case "organization-unknown":
      return problem.organizationIds.length === 0
        ? "There is no such organization: there is none yet. Without --organization the import creates one."
        : `There is no such organization. There is: ${problem.organizationIds.join(", ")}.`;
    case "organization-ambiguous":
      return `There are several organizations; name one with --organization: ${problem.organizationIds.join(", ")}.`;
    case "import-deactivated":
      return "The member “FHIR import” is not active: an admin has ended imports into this organization.";
    case "import-contested":
      return "What the member “FHIR import” may do is in conflict: an admin has to resolve that first.";
  }
}

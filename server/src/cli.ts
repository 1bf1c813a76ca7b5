/**
 * The `suture` command. Only wires: each command has its file in `cli/`.
 *
 * Exit codes: 0 done and all is well; 1 done and something is wrong (a broken audit); 2 could not be done.
 */
import { Command, Option } from "commander";
import { createRecordTypes, sutureRecords } from "@suture/schema";

import { runAuditExport } from "./cli/audit-export.ts";
import { runAuditVerify } from "./cli/audit-verify.ts";
import type { CliOutput } from "./cli/cli-output.ts";
import { runHistory } from "./cli/history.ts";
import { importFhirCommand } from "./cli/import-fhir.ts";
import { runKeysDistrust, runKeysList, runKeysRotate } from "./cli/keys.ts";
import { withStore } from "./cli/open-data.ts";
import { systemClock, systemRandom } from "./system-runtime.ts";

const output: CliOutput = {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
};

const dataOption = () =>
  new Option("--data <directory>", "the server's data directory")
    .env("SUTURE_DATA_DIR")
    .default("data");

const program = new Command("suture")
  .description("Looks after a Suture server's data")
  .showHelpAfterError()
  .addHelpText(
    "after",
    "\nExit codes: 0 all is well, 1 something is wrong, 2 it could not be done.",
  );

const audit = program
  .command("audit")
  .description("check and export the audit");

audit
  .command("verify")
  .description("prove that chains, changes and checkpoints are as written")
  .addOption(dataOption())
  .option("--json", "the verdict as JSON", false)
  .action(async ({ data, json }: { data: string; json: boolean }) => {
    const recordTypes = createRecordTypes(sutureRecords);
    process.exitCode = await withStore(data, output, (store) =>
      runAuditVerify(store, output, { json, recordTypes }),
    );
  });

audit
  .command("export")
  .description("print entries, reads and checkpoints; ids and codes only")
  .addOption(dataOption())
  .requiredOption("--ndjson", "one JSON object a line, the only format")
  .option("--organization <id>", "of this organization only")
  .action(
    async (options: { data: string; organization: string | undefined }) => {
      // It is an entry of the audit itself.
      process.exitCode = await withStore(
        options.data,
        output,
        (store) =>
          runAuditExport(store, output, systemClock, {
            organizationId: options.organization,
          }),
        "beside",
      );
    },
  );

program
  .command("history")
  .description("print who changed what in a record, and what they had seen")
  .argument("<record>", "the record's id")
  .addOption(dataOption())
  .option("--json", "as JSON", false)
  .action(
    async (
      recordId: string,
      { data, json }: { data: string; json: boolean },
    ) => {
      const recordTypes = createRecordTypes(sutureRecords);
      process.exitCode = await withStore(
        data,
        output,
        (store) =>
          runHistory(store, output, systemClock, {
            recordId,
            json,
            recordTypes,
          }),
        "beside",
      );
    },
  );

const keys = program
  .command("keys")
  .description("the keys the server signs with; beside a running server too");

keys
  .command("list")
  .description("print the keys that are believed, newest first")
  .addOption(dataOption())
  .option("--json", "as JSON", false)
  .action(async ({ data, json }: { data: string; json: boolean }) => {
    process.exitCode = await withStore(data, output, (store) =>
      runKeysList(store, output, { json }),
    );
  });

keys
  .command("rotate")
  .description("sign with a new key; what the old one signed stays good")
  .addOption(dataOption())
  .action(async ({ data }: { data: string }) => {
    process.exitCode = await withStore(
      data,
      output,
      (store) => runKeysRotate(store, output, systemClock),
      "beside",
    );
  });

keys
  .command("distrust")
  .description("believe nothing that a key has signed: for one that leaked")
  .argument("<kid>", "the key's id")
  .addOption(dataOption())
  .action(async (kid: string, { data }: { data: string }) => {
    process.exitCode = await withStore(
      data,
      output,
      (store) => runKeysDistrust(store, output, systemClock, kid),
      "beside",
    );
  });

program.addCommand(
  importFhirCommand(
    {
      output,
      terminal: process.stderr,
      clock: systemClock,
      random: systemRandom,
      types: createRecordTypes(sutureRecords),
    },
    dataOption(),
    (code) => (process.exitCode = code),
  ),
);

await program.parseAsync();

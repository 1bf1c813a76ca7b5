import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Puts as many patients into the data directory of a server that is not running. Each has a number of their own: `B-0`, `B-1`, … */
export async function importPatients(
  directory: string,
  patientCount: number,
): Promise<void> {
  const lines = Array.from({ length: patientCount }, (_, number) =>
    JSON.stringify({
      resourceType: "Patient",
      id: `p${number}`,
      identifier: [{ system: "urn:budget", value: `B-${number}` }],
      name: [
        {
          family: `Family ${number % 997}`,
          given: ["Patient number", `${number}`],
        },
      ],
      gender: "unknown",
      birthDate: `19${50 + (number % 50)}-0${1 + (number % 9)}-11`,
    }),
  );
  const file = join(directory, "patients.ndjson");
  await writeFile(file, `${lines.join("\n")}\n`);
  const cli = new URL("../../../server/dist/cli.js", import.meta.url);
  const { status, stderr } = spawnSync(
    process.execPath,
    [cli.pathname, "import-fhir", "--data", join(directory, "server"), file],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`the import failed: ${stderr}`);
}

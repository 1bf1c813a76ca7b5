/**
 * Prints `N passed, N failed` from vitest's JSON report, and fails when a test failed or none ran.
 *
 * A file that could not be loaded counts as one failure: its tests never had the chance.
 */
import { readFileSync } from "node:fs";

const [path] = process.argv.slice(2);
const { numPassedTests: passed, failed } = readReport(path);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function readReport(path) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // Without a report the run itself broke.
    return { numPassedTests: 0, failed: 1 };
  }
  const unloaded = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  );
  return { ...report, failed: report.numFailedTests + unloaded.length };
}

import { chunkCases } from "./chunk-cases.test-support.ts";
import { structureCases } from "./structure-cases.test-support.ts";
import { contentCases } from "./content-cases.test-support.ts";
import { statementCases } from "./statement-cases.test-support.ts";
import { resolutionCases } from "./resolution-cases.test-support.ts";
import { runCases } from "./hostile-case.test-support.ts";

runCases({
  "[HO-2] change chunks": chunkCases,
  "[HO-4] structure": structureCases,
  "[HO-4] contents": contentCases,
  "[HO-5] statements": statementCases,
  "[HO-5] resolutions": resolutionCases,
});

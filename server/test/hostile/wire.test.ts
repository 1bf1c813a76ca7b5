import { frameCases } from "./frame-cases.test-support.ts";
import { messageCases } from "./message-cases.test-support.ts";
import { orderCases } from "./order-cases.test-support.ts";
import { upgradeCases } from "./upgrade-cases.test-support.ts";
import { tokenCases } from "./token-cases.test-support.ts";
import { proofCases } from "./proof-cases.test-support.ts";
import { runCases } from "./hostile-case.test-support.ts";

runCases({
  "[HO-1] frames": frameCases,
  "[HO-1] messages": messageCases,
  "[HO-6] messages out of order": orderCases,
  "[HO-3] the upgrade": upgradeCases,
  "[HO-3] tokens": tokenCases,
  "[HO-3] proofs": proofCases,
});

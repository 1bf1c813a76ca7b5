import { testTrialContract } from "./document-trial.contract.ts";
import { createInlineTrial } from "./inline-trial.ts";

let nowMs = 0;
testTrialContract("inline", () => createInlineTrial(() => (nowMs += 1)), 5_000);

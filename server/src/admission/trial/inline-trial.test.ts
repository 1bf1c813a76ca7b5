import { testTrialContract } from "./document-trial.contract.ts";
import { createInlineTrial } from "./inline-trial.ts";

testTrialContract("inline", createInlineTrial, 5_000);

import { runCases } from "./hostile-case.test-support.ts";
import { peerFrameCases, peerSyncCases } from "./peer-cases.test-support.ts";
import { peerTicketCases } from "./peer-ticket-cases.test-support.ts";
import { remoteStopCases } from "./remote-stop-cases.test-support.ts";

runCases({
  "[PA-9] frames of plain peers": peerFrameCases,
  "[PA-9] plain peers": peerSyncCases,
  "[PA-12] what ends the stock server": remoteStopCases,
  "[PA-2] plain tickets": peerTicketCases,
});

import { attachmentCases } from "./attachment-cases.test-support.ts";
import { deviceCases } from "./device-cases.test-support.ts";
import { roleCases } from "./role-cases.test-support.ts";
import { outsiderCases } from "./outsider-cases.test-support.ts";
import { readingCases } from "./reading-cases.test-support.ts";
import { httpAccessCases } from "./http-access-cases.test-support.ts";
import { httpSessionCases } from "./http-session-cases.test-support.ts";
import { httpRequestCases } from "./http-request-cases.test-support.ts";
import { runCases } from "./hostile-case.test-support.ts";

runCases({
  "[HO-7] devices": deviceCases,
  "[HO-7] roles": roleCases,
  "[HO-7] outsiders": outsiderCases,
  "[HO-7] reading": readingCases,
  "[HO-8] HTTP access": httpAccessCases,
  "[HO-8] HTTP pictures": attachmentCases,
  "[HO-8] HTTP sessions": httpSessionCases,
  "[HO-8] HTTP requests": httpRequestCases,
});

/** What `npm start` prints once the server is there: where, who can sign in, and what to try. SPEC OP-2. */
import {
  sampleEmail,
  samplePassword,
  samplePeople,
} from "./sample/sample-people.ts";

export function welcomeText(running: {
  readonly url: string;
  readonly hasSample: boolean;
}): string {
  const { url } = running;
  const lines = [
    "",
    `  Suture is running on ${url}`,
    `  Devices sync with ${url.replace(/^http/, "ws")}/sync`,
    "",
    ...(running.hasSample ? signIns(url) : []),
    "  Try next",
    `    ${url}/v1/openapi.json       every route of the HTTP interface`,
    "    npm run demo                         twelve stories between real devices",
    "    npx suture audit verify              chains, checkpoints and hashes, offline",
    "    npx suture import-fhir PATH…         bring in FHIR R4 data",
    "",
    "  Ctrl-C stops it cleanly.",
    "",
  ];
  return `${lines.join("\n")}\n`;
}

function signIns(url: string): readonly string[] {
  const seen = new Set<string>();
  const rows = samplePeople.flatMap((person) => {
    const role = person.roles.join(", ");
    if (seen.has(role)) return [];
    seen.add(role);
    return [`    ${role.padEnd(14)}${sampleEmail(person)}`];
  });
  const body = `{"email":"clinician@riverbend.example","password":"${samplePassword}"}`;
  return [
    "  Sample organization, with fictional people only. Sign in with the password",
    `  ${samplePassword} as`,
    "",
    ...rows,
    "",
    "  A session token, with which /v1 answers (Authorization: Bearer …):",
    `    curl -s ${url}/v1/sign-in -H 'content-type: application/json' \\`,
    `      -d '${body}'`,
    "",
  ];
}

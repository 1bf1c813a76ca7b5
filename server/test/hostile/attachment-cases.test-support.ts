/** Pictures over HTTP: other people's, and bytes that are not what the record says. SPEC AT-2 to AT-5. */
import {
  attachmentHashSchema,
  bytesToHex,
  encodeUtf8,
  patient,
  sha256,
} from "@suture/schema";
import type { Replica } from "../../src/admission/author.test-support.ts";
import { makeProof } from "../../src/identity/identity-world.ts";
import { systemClock } from "../../src/system-runtime.ts";
import type { Actor } from "./actor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";

const routes = "server/src/gateway/http/attachment-routes.ts";
const finding = "server/src/gateway/http/find-attachment.ts";

const jpeg = new Uint8Array(300);
jpeg.set([0xff, 0xd8, 0xff, 0xe0]);

const script = encodeUtf8("<svg xmlns='http://www.w3.org/2000/svg'/>");

function hashOf(bytes: Uint8Array) {
  return attachmentHashSchema.parse(bytesToHex(sha256(bytes)));
}

/** A new patient of whom the clinician has recorded that there is such a picture. */
async function named(
  { clinician, organizationId }: House,
  bytes: Uint8Array = jpeg,
  otherwise: { contentType?: string; byteLength?: number } = {},
): Promise<Replica> {
  const replica = await clinician.newRecord(patient, organizationId);
  await clinician.pushAccepted(
    clinician.addEntry(replica, "attachments", {
      status: "active",
      hash: hashOf(bytes),
      contentType: "image/jpeg",
      byteLength: bytes.length,
      ...otherwise,
    }),
  );
  return replica;
}

/** With the token and key of somebody's device: the answer in one line. */
async function ask(
  { url }: House,
  { device }: Actor,
  method: "GET" | "PUT",
  { recordId }: Pick<Replica, "recordId">,
  {
    of = jpeg,
    sent = of,
    proofOf = method,
  }: {
    readonly of?: Uint8Array;
    readonly sent?: Uint8Array;
    readonly proofOf?: string;
  } = {},
): Promise<string> {
  const place = `${url}/v1/records/${recordId}/attachments/${hashOf(of)}`;
  const dpop = await makeProof(device.device, {
    clock: systemClock,
    token: device.syncToken,
    method: proofOf,
    url: place,
  });
  const answer = await fetch(place, {
    method,
    headers: { authorization: `DPoP ${device.syncToken}`, dpop },
    ...(method === "PUT" && { body: new Uint8Array(sent) }),
  });
  const text = await answer.text();
  const code = /^\{"code":"([^"]+)"/.exec(text)?.[1] ?? "";
  return `http ${answer.status} ${code}`.trim();
}

const unknown = "http 404 attachment-unknown";
const refused = "http 422 attachment-refused";

export const attachmentCases: readonly HostileCase[] = [
  {
    name: "another organization's picture",
    attacks: "broken object level authorization (API1)",
    check: `${finding}: member`,
    expected: unknown,
    attack: async (house) => {
      const record = await named(house);
      await ask(house, house.clinician, "PUT", record);
      return ask(house, house.stranger, "GET", record);
    },
  },
  {
    name: "a picture of a patient, by a technician",
    attacks: "broken function level authorization (API5)",
    check: `${finding}: mayKnow`,
    expected: unknown,
    attack: async (house) => {
      const record = await named(house);
      await ask(house, house.clinician, "PUT", record);
      return ask(house, house.technician, "GET", record);
    },
  },
  {
    name: "a picture planted by somebody who may only read",
    attacks: "broken function level authorization (API5)",
    check: `${routes}: mayStore`,
    expected: "http 403 not-permitted",
    attack: async (house) =>
      ask(house, house.auditor, "PUT", await named(house)),
  },
  {
    name: "a picture that no record names",
    attacks: "unrestricted resource consumption (API4)",
    check: `${finding}: named`,
    expected: unknown,
    attack: async (house) => {
      const other = new Uint8Array(jpeg).fill(7, 50);
      const record = await named(house);
      return ask(house, house.clinician, "PUT", record, { of: other });
    },
  },
  {
    name: "another picture under the name of one",
    attacks: "evidence of what was done",
    check: `${routes}: hash`,
    expected: refused,
    attack: async (house) => {
      const sent = new Uint8Array(jpeg).fill(7, 50);
      return ask(house, house.clinician, "PUT", await named(house), { sent });
    },
  },
  {
    name: "a script that is said to be a picture",
    attacks: "whoever opens it",
    check: `${routes}: pictureTypeOf`,
    expected: refused,
    attack: async (house) => {
      const record = await named(house, script);
      return ask(house, house.clinician, "PUT", record, { of: script });
    },
  },
  {
    name: "a picture larger than its record says",
    attacks: "what the record says of it",
    check: `${routes}: byteLength`,
    expected: refused,
    attack: async (house) => {
      const record = await named(house, jpeg, { byteLength: 10 });
      return ask(house, house.clinician, "PUT", record);
    },
  },
  {
    name: "a picture of nine megabytes",
    attacks: "memory and disk",
    check: "server/src/gateway/http/require-length.ts: maxBytes",
    expected: "http 413 body-too-large",
    attack: async (house) => {
      const of = new Uint8Array(9 * 1024 * 1024);
      of.set([0xff, 0xd8, 0xff]);
      return ask(house, house.clinician, "PUT", await named(house, of), { of });
    },
  },
  {
    name: "a picture stored with a proof for reading it",
    attacks: "a proof that was seen on its way",
    check: "server/src/identity/dpop-proof.ts: htm",
    expected: "http 401 proof-invalid",
    attack: async (house) =>
      ask(house, house.clinician, "PUT", await named(house), {
        proofOf: "GET",
      }),
  },
];

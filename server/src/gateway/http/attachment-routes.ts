/**
 * The bytes of attachments, to and from devices, with their sync token and a proof of their key: what goes up is work of somebody
 * who may have signed out since. SPEC AT-2 to AT-5.
 *
 * Nothing that is sent is believed: the hash, the size and the kind of picture are those of the bytes, and what the record says.
 * Who may is judged before the body is read, and once more in the transaction that keeps it.
 */
import { createRoute, z } from "@hono/zod-openapi";
import {
  attachmentHashSchema,
  bytesToHex,
  httpErrorSchema,
  identityError,
  identityErrorSchema,
  maxAttachmentBytes,
  pictureTypeOf,
  recordIdSchema,
  sha256,
  type RecordId,
} from "@suture/schema";
import type { Context } from "hono";

import { appendAudit } from "../../audit/append-audit.ts";
import {
  dpopHeader,
  jsonContent,
  respondWithError,
} from "../../identity/identity-response.ts";
import { externalUrlOf } from "../../identity/routes.ts";
import type { VerifiedSyncToken } from "../../identity/sync-tokens.ts";
import { attachmentsTable } from "../../log/log-tables.ts";
import type { Subject } from "../limits/budgets.ts";
import { findAttachment, findAttachmentOf } from "./find-attachment.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import {
  errorResponses,
  noStore,
  respondWithHttpError,
} from "./http-response.ts";

const path = "/v1/records/{id}/attachments/{hash}";
const params = z.object({ id: recordIdSchema, hash: attachmentHashSchema });
const byDevice = { security: [{ sync: [] }], parameters: [dpopHeader] };

const picture = { schema: { type: "string", format: "binary" } } as const;
const pictures = {
  "image/jpeg": picture,
  "image/png": picture,
  "image/webp": picture,
};

/** What stands against the token or its proof, or against what is asked for with it. */
const whyNot = {
  ...errorResponses,
  "4XX": jsonContent(
    z.union([httpErrorSchema, identityErrorSchema]),
    "Why not, as one of a closed list of codes",
  ),
};

export function addAttachmentRoutes(app: HttpApp, deps: HttpDeps): void {
  const { store, recordTypes, clock, checkpoints, reads, budgets } = deps;

  const callerOf = (c: Context) =>
    deps.identity.verifySyncRequest({
      authorization: c.req.header("authorization"),
      dpop: c.req.header("dpop"),
      method: c.req.method,
      url: externalUrlOf(c.req.url, deps.externalUrl),
    });

  const put = createRoute({
    method: "put",
    path,
    summary: "The bytes of a picture that a record names by their SHA-256",
    ...byDevice,
    request: { params, body: { required: true, content: pictures } },
    responses: {
      200: jsonContent(
        z.object({ hash: attachmentHashSchema }),
        "They are here, durably; also if they were before",
      ),
      ...whyNot,
    },
  });
  app.openapi(put, async (c) => {
    const caller = await callerOf(c);
    if (!caller.ok) return respondWithError(c, caller.error);
    const { personId, deviceId } = caller.value;
    const { id: recordId, hash } = c.req.valid("param");
    const name = { recordId, hash };
    const found = await findAttachmentOf(deps, personId, name);
    if (found === undefined)
      return respondWithHttpError(c, "attachment-unknown");
    if (!found.mayStore) return respondWithHttpError(c, "not-permitted");
    const { organizationId, memberId, attachments } = found;
    const subjects = subjectsOf(caller.value, organizationId);
    const retryAfterMs = budgets.waitMs(subjects, ["bytes"]);
    if (retryAfterMs > 0)
      return respondWithError(
        c,
        identityError("too-many-requests", { retryAfterMs }),
      );
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    budgets.charge(subjects, { bytes: bytes.length });
    if (bytes.length > maxAttachmentBytes)
      return respondWithHttpError(c, "body-too-large");
    const isAsTold = attachments.some(
      ({ byteLength, contentType }) =>
        byteLength === bytes.length && contentType === pictureTypeOf(bytes),
    );
    if (!isAsTold || bytesToHex(sha256(bytes)) !== hash)
      return respondWithHttpError(c, "attachment-refused");
    const atMs = clock.now();
    const outcome = await store.write(organizationId, async (tx) => {
      const now = await findAttachment(tx, recordTypes, memberId, name);
      if (now?.mayStore !== true) return "gone";
      const key = [recordId, hash];
      if ((await tx.get(attachmentsTable, key)) !== undefined) return "held";
      await tx.put(attachmentsTable, key, bytes);
      await appendAudit(
        tx,
        { scopeId: now.scopeId, atMs },
        {
          event: "attachment-stored",
          recordId,
          memberId,
          deviceId,
          attachment: hash,
          byteLength: bytes.length,
        },
      );
      return "stored";
    });
    if (outcome === "gone")
      return respondWithHttpError(c, "attachment-unknown");
    if (outcome === "stored") checkpoints.noteAppended(organizationId);
    return c.json({ hash }, 200, noStore);
  });

  const get = createRoute({
    method: "get",
    path,
    summary: "The bytes of a picture that a record names",
    ...byDevice,
    request: { params },
    responses: {
      200: { description: "As they came", content: pictures },
      ...whyNot,
    },
  });
  app.openapi(get, async (c) => {
    const caller = await callerOf(c);
    if (!caller.ok) return respondWithError(c, caller.error);
    const { id: recordId, hash } = c.req.valid("param");
    const name = { recordId, hash };
    const found = await findAttachmentOf(deps, caller.value.personId, name);
    if (found === undefined)
      return respondWithHttpError(c, "attachment-unknown");
    const { organizationId, scopeId, memberId } = found;
    const subjects = subjectsOf(caller.value, organizationId);
    const retryAfterMs = budgets.waitMs(subjects, ["bytes"]);
    if (retryAfterMs > 0)
      return respondWithError(
        c,
        identityError("too-many-requests", { retryAfterMs }),
      );
    const bytes = await store.read(organizationId, (tx) =>
      tx.get(attachmentsTable, [recordId, hash]),
    );
    if (bytes === undefined)
      return respondWithHttpError(c, "attachment-not-here");
    budgets.charge(subjects, { bytes: bytes.length });
    const what = "attachment";
    reads.note({ organizationId, scopeId, memberId, what, recordId });
    // Not even the browser that asked for it keeps it: there it would lie unsealed.
    return c.body(new Uint8Array(bytes), 200, {
      ...noStore,
      "content-type": pictureTypeOf(bytes) ?? "application/octet-stream",
      "content-disposition": "attachment",
    });
  });
}

function subjectsOf(
  { personId, deviceId }: VerifiedSyncToken,
  organizationId: RecordId,
): readonly Subject[] {
  return [
    { kind: "device", id: deviceId },
    { kind: "person", id: personId },
    { kind: "organization", id: organizationId },
  ];
}

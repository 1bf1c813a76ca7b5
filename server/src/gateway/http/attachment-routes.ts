/**
 * The bytes of attachments, to and from devices, with their sync token and a proof of their key: what goes up is work of somebody
 * who may have signed out since. SPEC AT-2 to AT-5, AT-15, LM-11.
 *
 * Nothing that is sent is believed: the hash, the size and the kind of picture are those of the bytes, and what the record says.
 * Who may is judged before the body is read, and once more in the transaction that keeps it. Bytes are charged before they are read.
 */
import { createRoute, z } from "@hono/zod-openapi";
import {
  attachmentHashSchema,
  httpErrorSchema,
  identityError,
  identityErrorSchema,
  maxAttachmentBytes,
  pictureTypeOf,
  recordIdSchema,
  sha256Hex,
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
import { InFlight } from "../limits/in-flight.ts";
import { findAttachment, findAttachmentOf } from "./find-attachment.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import {
  errorResponses,
  noStore,
  respondWithHttpError,
} from "./http-response.ts";
import { onceAnswered } from "./once-answered.ts";
import { requireLength } from "./require-length.ts";

const path = "/v1/records/{id}/attachments/{hash}";
const params = z.object({ id: recordIdSchema, hash: attachmentHashSchema });
/** Of a device: what two tabs of it ask for at a time, and what it sends. */
const maxInFlight = 6;
/** Told to a device that has so many: long enough for one of them to end. */
const fullWaitMs = 1_000;
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
  const inFlight = new InFlight(maxInFlight);

  const callerOf = (c: Context) =>
    deps.identity.verifySyncRequest({
      authorization: c.req.header("authorization"),
      dpop: c.req.header("dpop"),
      method: c.req.method,
      url: externalUrlOf(c.req.url, deps.externalUrl),
    });

  /** An answer to the device that asks, which has a place until the answer has gone out. */
  async function answerTo<R>(
    c: Context,
    answer: (caller: VerifiedSyncToken) => Promise<R>,
  ) {
    const caller = await callerOf(c);
    if (!caller.ok) return respondWithError(c, caller.error);
    const leave = inFlight.enter(caller.value.deviceId);
    if (leave === undefined) return respondWithWait(c, fullWaitMs);
    try {
      return await answer(caller.value);
    } finally {
      onceAnswered(c, leave);
    }
  }

  const put = createRoute({
    method: "put",
    path,
    summary: "The bytes of a picture that a record names by their SHA-256",
    ...byDevice,
    middleware: [requireLength(maxAttachmentBytes)] as const,
    request: { params, body: { required: true, content: pictures } },
    responses: {
      200: jsonContent(
        z.object({ hash: attachmentHashSchema }),
        "They are here, durably; also if they were before",
      ),
      ...whyNot,
    },
  });
  app.openapi(put, (c) =>
    answerTo(c, async (caller) => {
      const { personId, deviceId } = caller;
      const { id: recordId, hash } = c.req.valid("param");
      const name = { recordId, hash };
      const found = await findAttachmentOf(deps, personId, name);
      if (found === undefined)
        return respondWithHttpError(c, "attachment-unknown");
      if (!found.mayStore) return respondWithHttpError(c, "not-permitted");
      const { organizationId, memberId, attachments } = found;
      const length = Number(c.req.header("content-length"));
      const named = attachments.filter(
        ({ byteLength }) => byteLength === length,
      );
      if (named.length === 0)
        return respondWithHttpError(c, "attachment-refused");
      const subjects = subjectsOf(caller, organizationId);
      const retryAfterMs = budgets.waitMs(subjects, ["bytes"]);
      if (retryAfterMs > 0) return respondWithWait(c, retryAfterMs);
      budgets.charge(subjects, { bytes: length });
      const bytes = new Uint8Array(await c.req.arrayBuffer());
      const isAsTold =
        bytes.length === length &&
        named.some(({ contentType }) => contentType === pictureTypeOf(bytes));
      if (!isAsTold || sha256Hex(bytes) !== hash)
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
    }),
  );

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
  app.openapi(get, (c) =>
    answerTo(c, async (caller) => {
      const { id: recordId, hash } = c.req.valid("param");
      const name = { recordId, hash };
      const found = await findAttachmentOf(deps, caller.personId, name);
      if (found === undefined)
        return respondWithHttpError(c, "attachment-unknown");
      const { organizationId, scopeId, memberId, attachments } = found;
      const subjects = subjectsOf(caller, organizationId);
      const retryAfterMs = budgets.waitMs(subjects, ["bytes"]);
      if (retryAfterMs > 0) return respondWithWait(c, retryAfterMs);
      const atMost = Math.max(...attachments.map((each) => each.byteLength));
      budgets.charge(subjects, { bytes: atMost });
      const bytes = await store.read(organizationId, (tx) =>
        tx.get(attachmentsTable, [recordId, hash]),
      );
      // The record may say of it what it likes, and it may not be here.
      budgets.charge(subjects, { bytes: (bytes?.length ?? 0) - atMost });
      if (bytes === undefined)
        return respondWithHttpError(c, "attachment-not-here");
      const what = "attachment";
      reads.note({ organizationId, scopeId, memberId, what, recordId });
      // Not even the browser that asked for it keeps it: there it would lie unsealed.
      return c.body(new Uint8Array(bytes), 200, {
        ...noStore,
        "content-type": pictureTypeOf(bytes) ?? "application/octet-stream",
        "content-disposition": "attachment",
      });
    }),
  );
}

function respondWithWait(c: Context, retryAfterMs: number) {
  return respondWithError(
    c,
    identityError("too-many-requests", { retryAfterMs }),
  );
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

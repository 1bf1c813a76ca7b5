import { z } from "zod";

import { deviceIdSchema, scopeIdSchema } from "../ids.ts";
import { cursorSchema } from "./cursor.ts";
import { manifestSchema } from "./manifest.ts";

export const protocolVersion = 3;
export const schemaVersion = 1;

/** First message on a sync socket. Reply: `welcome` or `busy`, else the socket closes with its reason. SPEC SY-1. */
export const helloMessage = z.strictObject({
  type: z.literal("hello"),
  protocolVersion: z.int().positive(),
  schemaVersion: z.int().positive(),
  /** Of the app, for people: which devices need an update. Printable ASCII. */
  appVersion: z.string().regex(/^[\x20-\x7e]{1,64}$/),
  deviceId: deviceIdSchema,
  /** Where this device stands in each scope's log. A scope it does not name is new to it. */
  cursors: z.partialRecord(scopeIdSchema, cursorSchema),
  unsynced: manifestSchema,
});
export type HelloMessage = z.infer<typeof helloMessage>;

import { z } from "zod";

import { limits } from "../codes/limits.ts";

/** The bytes of one change. */
export const bytesSchema = z.custom<Uint8Array>(
  (value) =>
    value instanceof Uint8Array && value.length <= limits.maxChangeBytes,
);

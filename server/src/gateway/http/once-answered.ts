import { ServerResponse } from "node:http";

import type { Context } from "hono";
import { z } from "zod";

const bindingsSchema = z.object({ outgoing: z.instanceof(ServerResponse) });

/** Calls once the answer has gone out, or nobody is there to take it; at once where no socket stands behind the request. */
export function onceAnswered(c: Context, call: () => void): void {
  const { outgoing } = bindingsSchema.safeParse(c.env).data ?? {};
  if (outgoing === undefined || outgoing.closed) call();
  else outgoing.once("close", call);
}

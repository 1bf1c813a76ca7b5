/** What the chaos proxy's process is told, a line each: `fault NAME {parameters as JSON}`, or `heal`. */
import { err, ok, type Result } from "@suture/schema";
import { z } from "zod";

import {
  networkFaultNames,
  type NetworkFault,
} from "../network/network-faults.ts";

export type ProxyCommand =
  | { readonly kind: "fault"; readonly fault: NetworkFault }
  | { readonly kind: "heal" };

const share = z.number().min(0).max(1);
const amount = z.number().nonnegative();

const faultSchema = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("offline") }),
  z.strictObject({
    name: z.literal("slow"),
    latencyMs: amount,
    jitterMs: amount,
    bytesPerSecond: z.number().positive(),
  }),
  z.strictObject({ name: z.literal("lossy"), share }),
  z.strictObject({ name: z.literal("halfOpen") }),
  z.strictObject({
    name: z.literal("closesAtByte"),
    byte: z.int().nonnegative(),
    direction: z.enum(["up", "down"]),
  }),
  z.strictObject({ name: z.literal("lateFrames") }),
  z.strictObject({ name: z.literal("repeatedFrames") }),
  z.strictObject({ name: z.literal("answerLost") }),
  z.strictObject({ name: z.literal("captivePortal") }),
  z.strictObject({ name: z.literal("throttled") }),
  z.strictObject({ name: z.literal("vpnExpires"), afterMs: amount }),
  z.strictObject({ name: z.literal("stripsWebSocket") }),
  z.strictObject({ name: z.literal("busy"), retryAfterMs: amount }),
]) satisfies z.ZodType<NetworkFault>;

/** The error is a sentence for whoever wrote the line. */
export function readProxyCommand(line: string): Result<ProxyCommand, string> {
  const [verb = "", name = "", ...json] = line.trim().split(/\s+/);
  if (verb === "heal" && name === "") return ok({ kind: "heal" });
  if (verb !== "fault") return err("Say `fault NAME {parameters}`, or `heal`.");
  if (!networkFaultNames.includes(name))
    return err(
      `There is no such fault; there are ${networkFaultNames.join(", ")}.`,
    );
  const fault = faultSchema.safeParse({
    ...parametersOf(json.join(" ")),
    name,
  });
  return fault.success
    ? ok({ kind: "fault", fault: fault.data })
    : err(
        `The parameters of ${name} are wrong:\n${z.prettifyError(fault.error)}`,
      );
}

function parametersOf(json: string): object {
  if (json === "") return {};
  try {
    return z.looseObject({}).parse(JSON.parse(json));
  } catch {
    // Said as a parameter that no fault has.
    return { [json]: null };
  }
}

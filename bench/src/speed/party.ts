/**
 * All devices of one system, in one process: prepared with everything they held and did while they were away, and then let go at
 * once; in a storm those of the early shift first. Its server is another process. SPEC BE-2, BE-6, BE-14.
 */
import { z } from "zod";

import type { Measured } from "./rounds.ts";
import type { Shift, StormWork } from "./storm-work.ts";

export const stormSizeSchema = z.object({
  devices: z.int(),
  earlyDevices: z.int().optional(),
  recordsPerDevice: z.int(),
  editsPerRecord: z.int().optional(),
  isNotesOnly: z.boolean().optional(),
});

/** Of how many records one device missed the edits, and to how many it brings its own. */
export const awaySchema = z.object({ missed: z.int(), brought: z.int() });
export type Away = z.infer<typeof awaySchema>;

export interface PartySetup {
  /** Of one shift. */
  readonly work: StormWork;
  readonly away: Away;
  readonly port: number;
  /** Where what was founded for this system lies, if it needs that. */
  readonly directory: string;
}

export interface Party {
  /** All at once. Resolves when every edit has reached every colleague, with what was measured since the first connect. */
  comeBack(): Promise<Measured>;
  /** In words, where somebody does not hold what everybody should; empty if nowhere. */
  differences(): Promise<readonly string[]>;
  /** Every device goes. Only where others may come after them. */
  leave?(): Promise<void>;
}

export type OpenParty = (setup: PartySetup) => Promise<Party>;

/** The only argument of the process, as JSON. */
export const partyProcessSetupSchema = z.object({
  /** The module that exports `openParty`, as a URL. */
  party: z.string(),
  size: stormSizeSchema,
  away: awaySchema,
  port: z.int(),
  directory: z.string(),
});
export type PartyProcessSetup = z.infer<typeof partyProcessSetupSchema>;

export type ToParty =
  | { readonly kind: "prepare"; readonly shift: Shift }
  | { readonly kind: "come-back" }
  /** And then they go. */
  | { readonly kind: "compare" };

export type FromParty =
  | { readonly kind: "prepared" }
  | { readonly kind: "back"; readonly measured: Measured }
  | { readonly kind: "compared"; readonly differences: readonly string[] };

/** What a peer's server is told and says; ours speaks over its socket alone. */
export type ToPeerServer = { readonly kind: "store" };

export type FromPeerServer =
  | { readonly kind: "listening"; readonly port: number }
  /** Everything it holds is where it would find it again. */
  | { readonly kind: "stored" };

export const peerServerSetupSchema = z.object({
  directory: z.string(),
  size: stormSizeSchema,
  /** What is there already of what the devices did. */
  away: awaySchema,
});
export type PeerServerSetup = z.infer<typeof peerServerSetupSchema>;

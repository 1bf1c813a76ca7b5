/**
 * Remembers which proofs were used, for as long as they would be accepted again, in bounded memory.
 *
 * When the memory is full the older half is dropped, and from then on a proof no younger than what was dropped counts as
 * `too-old`: its sender is asked for a proof with a new nonce. So an overflow costs honest devices one more round trip and
 * never lets a replay through, nor locks anybody out. SPEC ID-14.
 *
 * The memory is of one process. Several nodes behind one address each have their own; the nonce window bounds what that
 * is worth to somebody who can already read TLS traffic.
 */
import type { Clock } from "@suture/schema";

/** Proofs dated by the device's clock and proofs dated by our nonce have separate time lines. */
export type ProofDating = "device-clock" | "nonce";

export interface UsedProof {
  readonly id: string;
  readonly dating: ProofDating;
  /** What the proof says of its own age: `iat`, or when its nonce was issued. */
  readonly madeAtMs: number;
}

export interface ReplayMemory {
  remember(proof: UsedProof): "fresh" | "replayed" | "too-old";
}

export function createReplayMemory(deps: {
  readonly clock: Clock;
  /** No proof is accepted for longer than this after it was first seen. */
  readonly lifetimeMs: number;
  readonly maxProofs: number;
}): ReplayMemory {
  const floors: Record<ProofDating, number> = {
    "device-clock": -Infinity,
    nonce: -Infinity,
  };
  let older = new Map<string, UsedProof>();
  let newer = new Map<string, UsedProof>();
  let newerSinceMs = deps.clock.now();

  function turn(): void {
    for (const proof of older.values())
      floors[proof.dating] = Math.max(floors[proof.dating], proof.madeAtMs);
    older = newer;
    newer = new Map();
    newerSinceMs = deps.clock.now();
  }

  return {
    remember(proof) {
      if (deps.clock.now() - newerSinceMs > deps.lifetimeMs) turn();
      if (newer.has(proof.id) || older.has(proof.id)) return "replayed";
      if (proof.madeAtMs <= floors[proof.dating]) return "too-old";
      newer.set(proof.id, proof);
      if (newer.size >= deps.maxProofs / 2) turn();
      return "fresh";
    },
  };
}

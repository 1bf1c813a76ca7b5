/**
 * Changes as a plain Automerge client sends them: read, and sorted into those that may be judged now and those that build on what
 * is not here. A peer leaves out what a Bloom filter seems to hold, so an honest one misses a change now and then. SPEC PA-13.
 */
import {
  decodeChange,
  defaultChangeLimits,
  err,
  ok,
  sha256Hex,
  type Result,
} from "@suture/schema";

export interface PeerChange {
  /** Of one that cannot be read: the digest of its bytes. */
  readonly hash: string;
  readonly deps: readonly string[];
  readonly bytes: Uint8Array;
  readonly isReadable: boolean;
}

/**
 * What no Automerge writes ends the connection; what only our reader does not take is refused like any change.
 * Errors: a constant sentence.
 */
export function readPeerChange(bytes: Uint8Array): Result<PeerChange, string> {
  const decoded = decodeChange(bytes, defaultChangeLimits);
  if (decoded.ok) {
    const { hash, deps } = decoded.value;
    return ok({ hash, deps, bytes, isReadable: true });
  }
  const { code, reason } = decoded.error;
  if (code === "chunk-checksum" || code === "chunk-type") return err(reason);
  const hash = sha256Hex(bytes);
  return ok({ hash, deps: [], bytes, isReadable: false });
}

export interface SortedChanges {
  /** In an order in which each finds what it builds on. What is known already is left out. */
  readonly ready: readonly PeerChange[];
  readonly kept: readonly PeerChange[];
  /** What the kept ones build on, and is neither here nor among them. */
  readonly missing: readonly string[];
}

export function sortChanges(
  changes: readonly PeerChange[],
  known: ReadonlySet<string>,
): SortedChanges {
  const here = new Set(known);
  const ready: PeerChange[] = [];
  let left: readonly PeerChange[] = changes;
  for (let count = -1; count !== ready.length;) {
    count = ready.length;
    const later: PeerChange[] = [];
    for (const change of left) {
      if (here.has(change.hash)) continue;
      if (!change.deps.every((dep) => here.has(dep))) {
        later.push(change);
        continue;
      }
      here.add(change.hash);
      ready.push(change);
    }
    left = later;
    // A peer sends in causal order; what is in none is not worth walking again and again.
    if (left.length > maxWalkedAgain) break;
  }
  const names = new Set(left.map(({ hash }) => hash));
  const missing = new Set(
    left.flatMap(({ deps }) =>
      deps.filter((dep) => !here.has(dep) && !names.has(dep)),
    ),
  );
  return { ready, kept: left, missing: [...missing].toSorted() };
}

const maxWalkedAgain = 1_000;

/** As many at a time as admission takes. */
export function batchesOf(
  changes: readonly PeerChange[],
  most: { readonly count: number; readonly bytes: number },
): readonly (readonly PeerChange[])[] {
  const batches: PeerChange[][] = [];
  let byteCount = 0;
  for (const change of changes) {
    const last = batches.at(-1);
    byteCount += change.bytes.length;
    if (
      last !== undefined &&
      last.length < most.count &&
      byteCount <= most.bytes
    ) {
      last.push(change);
      continue;
    }
    batches.push([change]);
    byteCount = change.bytes.length;
  }
  return batches;
}

/**
 * PM-1, PM-2, PM-7: what somebody was told is saved lies on their device from then on, as sent, queued or refused, and what was
 * refused is shown until somebody dismisses it; and what a device was told is accepted, the server holds.
 *
 * A device or server that was put back to an older copy has lost what came later: that is the fault, not a broken promise. What
 * anybody still holds must be back once everything has healed.
 */
import type { JournalEntry } from "../journal.ts";
import type { BrokenPromise } from "../run.ts";
import type { Check } from "./check.ts";
import type { Evidence, News } from "./evidence.ts";
import { changeName, type HeldChange } from "./held-changes.ts";

export class SavedIsKept implements Check {
  readonly #evidence: Evidence;
  readonly #followedBy: (device: string) => ReadonlySet<string>;
  /** Told as saved, by device, and not yet found on its disk. */
  readonly #told = new Map<string, Map<string, JournalEntry>>();
  /** Told as accepted, and not yet found on the server. */
  readonly #unproven = new Map<string, string>();
  readonly #acknowledged = new Set<string>();
  readonly #dismissed = new Set<string>();
  #setBacks = 0;
  #isServerRestored = false;
  #restoredCount = 0;
  #damagedCount = 0;
  /** Devices that have not been looked at since. */
  readonly #justRestored = new Set<string>();

  /** `followedBy`: the scopes whose logs a device hears of, without anybody signing in on it first. */
  constructor(
    evidence: Evidence,
    followedBy: (device: string) => ReadonlySet<string>,
  ) {
    this.#evidence = evidence;
    this.#followedBy = followedBy;
  }

  afterStep(news: News): BrokenPromise | undefined {
    this.#noteTold(news.journal);
    this.#noteRestored();
    return (
      this.#whatIsSaved(news) ??
      this.#whatLeft(news) ??
      this.#whatIsHidden(news) ??
      this.#whatIsAcknowledged(news)
    );
  }

  afterHealing(): BrokenPromise | undefined {
    const { server, devices } = this.#evidence;
    for (const name of this.#acknowledged) {
      if (server.committed.has(name)) continue;
      const holder = [...devices].find(([device, held]) => {
        const progress = held.all.get(name)?.progress;
        const followed = this.#followedBy(device);
        return (
          progress?.state === "accepted" &&
          progress.places.some(({ scopeId }) => followed.has(scopeId))
        );
      });
      if (this.#isServerRestored && holder === undefined) continue;
      return {
        promise: "PM-1",
        words: `change ${name} was acknowledged, and is not on the server${holder ? `, though ${holder[0]} has it` : ""}`,
      };
    }
    return undefined;
  }

  /** What a machine held since its backup was made is not its to lose; what its damaged disk lost is judged by `DamageIsTold`. */
  #noteRestored(): void {
    const { restored, damaged } = this.#evidence.journal;
    this.#isServerRestored = restored.some(
      ({ machine }) => machine === "server",
    );
    for (const { machine } of [
      ...restored.slice(this.#restoredCount),
      ...damaged.slice(this.#damagedCount),
    ]) {
      this.#told.delete(machine);
      this.#justRestored.add(machine);
    }
    this.#restoredCount = restored.length;
    this.#damagedCount = damaged.length;
  }

  #noteTold(journal: News["journal"]): void {
    for (const entry of journal) {
      if (entry.kind === "stranded-dismissed")
        this.#dismissed.add(changeName(entry.recordId, entry.hash));
      if (!("hashes" in entry) || !("recordId" in entry)) continue;
      const told =
        this.#told.get(entry.device) ?? new Map<string, JournalEntry>();
      this.#told.set(entry.device, told);
      for (const hash of entry.hashes)
        told.set(changeName(entry.recordId, hash), entry);
    }
  }

  #whatIsSaved({ disks }: News): BrokenPromise | undefined {
    for (const device of disks.keys()) {
      const { all } = this.#evidence.heldBy(device);
      for (const [name, entry] of this.#told.get(device) ?? []) {
        if (!all.has(name) && !this.#evidence.server.committed.has(name))
          return {
            promise: "PM-2",
            words: `${device} said that change ${name} is saved (${entry.kind}), and it is not on its disk`,
          };
      }
      this.#told.delete(device);
    }
    return undefined;
  }

  #whatLeft({ disks }: News): BrokenPromise | undefined {
    for (const [device, { gone }] of disks) {
      if (this.#justRestored.delete(device)) continue;
      for (const change of gone) {
        const name = changeName(change.recordId, change.hash);
        if (mayLeave(change, this.#evidence.server.everHeld(name))) continue;
        const { state } = change.progress;
        return {
          promise: state === "refused" ? "PM-7" : "PM-2",
          words: `change ${name} was ${state} on ${device}, and is gone from it`,
        };
      }
    }
    return undefined;
  }

  #whatIsHidden({ disks }: News): BrokenPromise | undefined {
    for (const [device, { written }] of disks)
      for (const { recordId, hash, progress } of written) {
        if (progress.state !== "refused" || !progress.isDismissed) continue;
        const name = changeName(recordId, hash);
        if (this.#dismissed.has(name)) continue;
        return {
          promise: "PM-7",
          words: `change ${name} was refused on ${device}, and is hidden there though nobody dismissed it`,
        };
      }
    return undefined;
  }

  #whatIsAcknowledged({ disks, committed }: News): BrokenPromise | undefined {
    for (const [device, { written }] of disks)
      for (const change of written)
        if (change.progress.state === "accepted")
          this.#unproven.set(changeName(change.recordId, change.hash), device);
    if (committed === undefined) return undefined;
    const { server } = this.#evidence;
    const isSetBack = server.setBackCount > this.#setBacks;
    this.#setBacks = server.setBackCount;
    for (const [name, device] of this.#unproven) {
      this.#acknowledged.add(name);
      const isThere = this.#isServerRestored
        ? server.everHeld(name)
        : server.committed.has(name);
      if (!isThere)
        return {
          promise: "PM-1",
          words: `${device} was told that change ${name} is accepted, and the server does not hold it`,
        };
    }
    this.#unproven.clear();
    if (!isSetBack || this.#isServerRestored) return undefined;
    const lost = [...this.#acknowledged].find(
      (name) => !server.committed.has(name),
    );
    return lost === undefined
      ? undefined
      : {
          promise: "PM-1",
          words: `change ${lost} was acknowledged, and the server has lost it`,
        };
  }
}

/** What the server has may leave with its scope, also what it took since the last look; what is only here may not. */
function mayLeave({ progress }: HeldChange, wasCommitted: boolean): boolean {
  return progress.state !== "refused" && wasCommitted;
}

/**
 * PM-15: whatever part of a backlog a link carries, the critical work is in it. So a device sends nothing of its backlog before
 * critical work that could go, nor in one frame with it: where the link dies, the rest is what is missing.
 */
import type { WorldDevice } from "@suture/client/testing";
import { decodeClientFrame } from "@suture/schema";

import { readChange } from "../model/change-facts.ts";
import type { BrokenPromise } from "../run.ts";
import type { Check } from "./check.ts";
import type { Evidence } from "./evidence.ts";
import { changeName, type HeldChange } from "./held-changes.ts";

/** Something left a device before, or with, what was more urgent. */
interface Suspicion {
  readonly device: WorldDevice;
  readonly urgent: readonly HeldChange[];
  readonly words: string;
}

export class CriticalFirst implements Check {
  readonly #evidence: Evidence;
  readonly #devices: readonly WorldDevice[];
  #suspicions: Suspicion[] = [];
  #damagedCount = 0;
  /** Damaged, and not looked at since their apps have opened. */
  readonly #justDamaged = new Set<string>();

  constructor(evidence: Evidence, devices: readonly WorldDevice[]) {
    this.#evidence = evidence;
    this.#devices = devices;
    for (const device of devices) this.#watch(device);
  }

  async afterStep(): Promise<BrokenPromise | undefined> {
    const suspicions = this.#suspicions;
    this.#suspicions = [];
    const { damaged } = this.#evidence.journal;
    for (const { machine } of damaged.slice(this.#damagedCount))
      this.#justDamaged.add(machine);
    this.#damagedCount = damaged.length;
    for (const { device, urgent, words } of suspicions) {
      // All that it has it offers again, critical or not: what was pending on it cannot be told from the last look.
      if (this.#justDamaged.has(device.name)) continue;
      const people = new Set<string | null>(
        await device.tokens.listPersonIds(),
      );
      const overtaken = urgent.find(({ personId }) => people.has(personId));
      if (overtaken !== undefined)
        return {
          promise: "PM-15",
          words: `${device.name} ${words} before change ${overtaken.hash}, which is critical`,
        };
    }
    for (const { name, isOn } of this.#devices)
      if (isOn) this.#justDamaged.delete(name);
    return undefined;
  }

  #watch(device: WorldDevice): void {
    let connection = 0;
    let sent = new Set<string>();
    device.link.watch((event) => {
      if (event.kind !== "sent" || event.direction !== "up") return;
      if (event.connection !== connection) sent = new Set();
      connection = event.connection;
      const names = pushedIn(event.frame);
      if (names.length > 0) this.#suspect(device, names, sent);
      for (const name of names) sent.add(name);
    });
  }

  #suspect(
    device: WorldDevice,
    names: readonly string[],
    sent: ReadonlySet<string>,
  ): void {
    const held = this.#evidence.heldBy(device.name);
    const { all } = held;
    const batch = names.flatMap((name) => all.get(name) ?? []);
    const critical = batch.filter(isCritical);
    if (critical.length === 0) {
      // What was there at the last look and still is: it has been there for a while.
      const urgent = held
        .pendingNow()
        .filter((name) => !sent.has(name))
        .flatMap((name) => all.get(name) ?? [])
        .filter((change) => isCritical(change) && couldGo(change, all));
      if (urgent.length > 0)
        this.#suspicions.push({ device, urgent, words: "sent other work" });
      return;
    }
    // Also by critical work of a colleague's, which goes in a batch of its own behind this one.
    const needed = neededBy([...all.values()].filter(isCritical), all);
    // What a restored server has just lost was accepted at the last look: what needs it cannot be told from there.
    const mixed = batch.find(
      ({ recordId, hash, progress }) =>
        progress.state === "pending" && !needed.has(changeName(recordId, hash)),
    );
    if (mixed !== undefined)
      this.#suspicions.push({
        device,
        urgent: critical,
        words: `sent change ${mixed.hash} in one frame with, and so not`,
      });
  }
}

/** But for who is signed in: neither it nor anything it needs waits for the server, or for somebody else's work. */
export function couldGo(
  change: HeldChange,
  all: ReadonlyMap<string, HeldChange>,
): boolean {
  return [...neededBy([change], all).values()].every(
    ({ progress, personId }) =>
      progress.state === "pending" &&
      progress.held === null &&
      !progress.isRestore &&
      personId === change.personId,
  );
}

/** The changes themselves, and what of them must be on the server before: unsynced work alone. */
export function neededBy(
  changes: readonly HeldChange[],
  all: ReadonlyMap<string, HeldChange>,
): ReadonlyMap<string, HeldChange> {
  const needed = new Map<string, HeldChange>();
  const creations = new Map(
    [...all.values()].flatMap((change) =>
      change.isCreation ? [[change.recordId, change]] : [],
    ),
  );
  const open = [...changes];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const name = changeName(next.recordId, next.hash);
    if (needed.has(name) || next.progress.state === "accepted") continue;
    needed.set(name, next);
    const { recordId, deps, refersTo } = next;
    open.push(
      ...deps.flatMap((dep) => all.get(changeName(recordId, dep)) ?? []),
      ...refersTo.flatMap((id) => creations.get(id) ?? []),
    );
  }
  return needed;
}

function isCritical({ priority, progress }: HeldChange): boolean {
  return priority <= 1 && progress.state === "pending";
}

/** Names of the changes that a frame pushes. */
function pushedIn(frame: Uint8Array): readonly string[] {
  const message = decodeClientFrame(frame);
  return message.ok && message.value.type === "push"
    ? message.value.changes.map(({ recordId, bytes }) =>
        changeName(recordId, readChange(bytes).hash),
      )
    : [];
}

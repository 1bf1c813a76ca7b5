/**
 * One device: a process of its own with its own directory, store and network. What is read through it is read from that
 * device's store, never from what this process knows.
 */
import type {
  CreateInput,
  Founded,
  FoundingInput,
  HistoryEntry,
  Review,
  SyncStatus,
} from "@suture/client";
import { offline, type ChaosProxy } from "@suture/client/testing";
import type {
  GroupName,
  JsonValue,
  OpId,
  RecordId,
  RecordType,
} from "@suture/schema";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type {
  AuditedEvent,
  DeviceSetup,
  DeviceVerb,
  DeviceVerbs,
  FromDevice,
  RecordReport,
  SaveAnswer,
  SettleChoice,
} from "./device-protocol.ts";
import { recordSteps, type FillIn } from "./draft-steps.ts";

/** How long something that takes a network may take, before it counts as not happening. */
const deadlineMs = 8_000;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: Error) => void;
}

export class DeviceProcess {
  readonly network: ChaosProxy;
  readonly #setup: DeviceSetup;
  #process: ChildProcess | undefined;
  readonly #waitingById = new Map<number, Waiting>();
  readonly #onChanged = new Set<() => void>();
  #lastId = 0;
  #changeCount = 0;

  constructor(setup: DeviceSetup, network: ChaosProxy) {
    this.#setup = setup;
    this.network = network;
  }

  get name(): string {
    return this.#setup.name;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Starts the app; on a directory that was used before, it finds what it had saved. */
  async start(): Promise<void> {
    const child = fork(
      fileURLToPath(new URL("./device.js", import.meta.url)),
      [JSON.stringify(this.#setup)],
      {
        serialization: "advanced",
        stdio: ["ignore", "inherit", "inherit", "ipc"],
      },
    );
    this.#process = child;
    const ready = new Promise<void>((resolve, reject) => {
      child.on("message", (message) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both ends are this program, built together
        const answer = message as FromDevice;
        if (answer.kind === "ready") resolve();
        else this.#receive(answer);
      });
      child.once("exit", (code) => {
        const gone = new Error(
          `the device ${this.name} ended (${code ?? "killed"})`,
        );
        reject(gone);
        if (this.#process === child) this.#process = undefined;
        for (const waiting of this.#waitingById.values()) waiting.reject(gone);
        this.#waitingById.clear();
      });
    });
    await ready;
  }

  /** As the operating system does it: no warning, no goodbye. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  async close(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    const exited = once(child, "exit");
    const patience = setTimeout(() => child.kill("SIGKILL"), 2_000);
    await this.#call("close", undefined).catch(() => undefined);
    await exited;
    clearTimeout(patience);
  }

  signIn(email: string, password: string): Promise<string | null> {
    return this.#call("signIn", { email, password });
  }

  /** The network is gone, and nobody told the app. */
  goOffline(): void {
    this.network.suffer(offline());
  }

  /** The network is back, and the app tries at once, as it does when the system says so. */
  async goOnline(): Promise<void> {
    this.network.heal();
    await this.#call("connect", undefined);
  }

  /** Moves this device's clock; the true time is 0. */
  setClock(offsetMs: number): Promise<void> {
    return this.#call("setClock", { offsetMs });
  }

  syncStatus(): Promise<SyncStatus> {
    return this.#call("syncStatus", undefined);
  }

  foundOrganization(input: FoundingInput): Promise<Founded | null> {
    return this.#call("foundOrganization", input);
  }

  invite(organizationId: RecordId, memberId: RecordId): Promise<string> {
    return this.#call("invite", { organizationId, memberId });
  }

  acceptInvitation(code: string): Promise<void> {
    return this.#call("acceptInvitation", { code });
  }

  /** What the server's audit log says about a record. */
  async auditOf(
    organizationId: RecordId,
    recordId: RecordId,
  ): Promise<readonly AuditedEvent[]> {
    const events = await this.#call("audit", { organizationId });
    return events.filter((event) => event.recordId === recordId);
  }

  async create<R extends RecordType>(
    type: R,
    input: CreateInput<R>,
  ): Promise<RecordId> {
    const made = await this.#call("create", { type: type.type, input });
    if (!made.ok) throw new Error(`not saved: ${made.code} (${made.reason})`);
    return made.recordId;
  }

  /** Opens a form, fills it in and saves it. */
  async edit<R extends RecordType>(
    _type: R,
    recordId: RecordId,
    fillIn: FillIn<R>,
    reason?: string,
  ): Promise<SaveAnswer> {
    const form = await this.openForm(recordId);
    return form.save(fillIn, reason);
  }

  /** Edits one side of an open conflict, which stays open. */
  async editCandidate<R extends RecordType>(
    _type: R,
    recordId: RecordId,
    candidate: { readonly group: GroupName<R>; readonly opId: OpId },
    fillIn: FillIn<R>,
  ): Promise<SaveAnswer> {
    const form = await this.#call("openForm", { recordId, candidate });
    return this.#form(form).save(fillIn);
  }

  async openForm(recordId: RecordId): Promise<OpenForm> {
    return this.#form(await this.#call("openForm", { recordId }));
  }

  resolve<R extends RecordType>(
    _type: R,
    recordId: RecordId,
    group: GroupName<R>,
    settlement: SettleChoice & {
      readonly ended?: Readonly<Record<string, JsonValue>>;
    },
    reason: string,
  ): Promise<SaveAnswer> {
    return this.#call("resolve", { recordId, group, settlement, reason });
  }

  /** Null where the record is not in this device's store. */
  async read<R extends RecordType>(
    _type: R,
    recordId: RecordId,
  ): Promise<RecordReport<R> | null> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- read there by the type that the record itself names
    return (await this.#call("read", { recordId })) as RecordReport<R> | null;
  }

  /** The words under the record on this device's screen. */
  async label(recordId: RecordId): Promise<string> {
    const status = await this.#call("status", { recordId });
    return status?.label ?? "(not here)";
  }

  /** Every change of a record that this device holds, oldest first. */
  history(recordId: RecordId): Promise<readonly HistoryEntry[]> {
    return this.#call("history", { recordId });
  }

  async has(recordId: RecordId): Promise<boolean> {
    return (await this.#call("status", { recordId })) !== null;
  }

  /** Waits for a record that a colleague has made. */
  async receives(recordId: RecordId): Promise<void> {
    if (!(await this.until(() => this.has(recordId))))
      throw new Error(`a record did not arrive on ${this.name}'s device`);
  }

  list(type: RecordType): Promise<readonly RecordId[]> {
    return this.#call("list", { type: type.type });
  }

  /** Open questions about a record: the server's, and those only this device sees yet. */
  async questionsAbout(recordId: RecordId): Promise<readonly Review[]> {
    const reviews = await this.#call("reviews", undefined);
    return reviews.filter((review) =>
      review.source === "device"
        ? review.recordId === recordId
        : review.task.recordId === recordId ||
          ("otherRecordId" in review.task &&
            review.task.otherRecordId === recordId),
    );
  }

  unsyncedCount(): Promise<number> {
    return this.#call("unsyncedCount", undefined);
  }

  /** Asks again after everything that changes on the device, until it holds (true) or the time is over (false). */
  async until(
    holds: () => Promise<boolean>,
    withinMs = deadlineMs,
  ): Promise<boolean> {
    const overAtMs = Date.now() + withinMs;
    for (;;) {
      const seen = this.#changeCount;
      if (await holds()) return true;
      if (this.#changeCount !== seen) continue;
      if (!(await this.#changesBefore(overAtMs))) return false;
    }
  }

  /** Waits for a change; false when the time is over first. */
  #changesBefore(overAtMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (hasChanged: boolean) => {
        clearTimeout(timeout);
        this.#onChanged.delete(changed);
        resolve(hasChanged);
      };
      const changed = () => finish(true);
      const leftMs = Math.max(0, overAtMs - Date.now());
      const timeout = setTimeout(() => finish(false), leftMs);
      this.#onChanged.add(changed);
    });
  }

  #form(form: number): OpenForm {
    return {
      isBehind: () => this.#call("isBehind", { form }),
      save: async (fillIn, reason) => {
        await this.#call("fillIn", { form, steps: recordSteps(fillIn) });
        return this.#call("save", {
          form,
          ...(reason !== undefined && { reason }),
        });
      },
    };
  }

  async #call<V extends DeviceVerb>(
    verb: V,
    request: Parameters<DeviceVerbs[V]>[0],
  ): Promise<Awaited<ReturnType<DeviceVerbs[V]>>> {
    const child = this.#process;
    if (child === undefined) throw new Error(`the device ${this.name} is off`);
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<unknown>((resolve, reject) =>
      this.#waitingById.set(id, { resolve, reject }),
    );
    child.send({ id, verb, request }, (error) => {
      // It ended in this moment; the verb is never carried out.
      if (error !== null) this.#waitingById.get(id)?.reject(error);
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both ends are this program, built together
    return (await answer) as Awaited<ReturnType<DeviceVerbs[V]>>;
  }

  #receive(answer: Exclude<FromDevice, { readonly kind: "ready" }>): void {
    if (answer.kind === "changed") {
      this.#changeCount += 1;
      for (const changed of [...this.#onChanged]) changed();
      return;
    }
    const waiting = this.#waitingById.get(answer.id);
    this.#waitingById.delete(answer.id);
    if (answer.kind === "answer") waiting?.resolve(answer.value);
    else waiting?.reject(new Error(`${this.name}: ${answer.reason}`));
  }
}

/** A form somebody has in front of them. */
export interface OpenForm {
  isBehind(): Promise<boolean>;
  save<R extends RecordType>(
    fillIn: FillIn<R>,
    reason?: string,
  ): Promise<SaveAnswer>;
}

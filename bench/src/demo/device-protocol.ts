/** What the demo asks of a device, which is another process: one verb for each thing a person can do or look at. */
import type {
  CreateInput,
  Founded,
  FoundingInput,
  HistoryEntry,
  RecordStatus,
  Review,
  SyncStatus,
} from "@suture/client";
import {
  changeHashSchema,
  recordIdSchema,
  type ChangeHash,
  type FieldValues,
  type GroupName,
  type GroupReading,
  type JsonValue,
  type OpId,
  type RecordId,
  type RecordType,
} from "@suture/schema";
import { z } from "zod";

import type { DraftStep } from "./draft-steps.ts";

/** What the parent process gives a device as its only argument. */
export const deviceSetupSchema = z.object({
  /** Of its own: the store's file and the tokens lie here. */
  directory: z.string(),
  /** Of the server, as reached through this device's network. */
  url: z.url(),
  name: z.string(),
});
export type DeviceSetup = z.infer<typeof deviceSetupSchema>;

export interface SignInRequest {
  readonly email: string;
  readonly password: string;
}

export type SaveAnswer =
  | {
      readonly ok: true;
      readonly label: string;
      readonly hashes: readonly ChangeHash[];
    }
  | { readonly ok: false; readonly code: string; readonly reason: string };

export type SettleChoice =
  | { readonly choose: OpId }
  | { readonly combine: true }
  | {
      readonly value: unknown;
      readonly ended?: Readonly<Record<string, JsonValue>>;
    };

export type CreateAnswer =
  | { readonly ok: true; readonly recordId: RecordId }
  | Extract<SaveAnswer, { readonly ok: false }>;

/** A record as it lies in one device's store. */
export interface RecordReport<R extends RecordType = RecordType> {
  readonly parentId: RecordId | null;
  readonly fields: FieldValues<R>;
  readonly groups: {
    readonly [G in GroupName<R>]: GroupReading<R["groups"][G]["parts"]>;
  };
  readonly heads: readonly ChangeHash[];
}

/** Of an audit entry, what the stories look at. */
export const auditedEventSchema = z.object({
  event: z.string(),
  recordId: recordIdSchema.optional(),
  memberId: recordIdSchema.nullish(),
  hash: changeHashSchema.optional(),
});
export type AuditedEvent = z.infer<typeof auditedEventSchema>;

export interface DeviceVerbs {
  /** Answers the sentence that says why not, or null. */
  signIn(request: SignInRequest): Promise<string | null>;
  foundOrganization(request: FoundingInput): Promise<Founded | null>;
  /** Makes a code by which somebody becomes a member. Needs the server. */
  invite(request: {
    readonly organizationId: RecordId;
    readonly memberId: RecordId;
  }): Promise<string>;
  acceptInvitation(request: { readonly code: string }): Promise<void>;
  /** Entries of the organization's audit log, for those who may read it. Needs the server. */
  audit(request: {
    readonly organizationId: RecordId;
  }): Promise<readonly AuditedEvent[]>;
  /** Does not wait for an answer: opens, or tries again at once. */
  connect(): Promise<void>;
  /** This device's clock is so far from the true time. */
  setClock(request: { readonly offsetMs: number }): Promise<void>;
  syncStatus(): Promise<SyncStatus>;
  create(request: {
    readonly type: string;
    readonly input: CreateInput<RecordType>;
  }): Promise<CreateAnswer>;
  /** Answers a number for the form. With a candidate: the form edits that side of an open conflict. */
  openForm(request: {
    readonly recordId: RecordId;
    readonly candidate?: { readonly group: string; readonly opId: OpId };
  }): Promise<number>;
  fillIn(request: {
    readonly form: number;
    readonly steps: readonly DraftStep[];
  }): Promise<void>;
  /** Whether changes have arrived that the form has not shown. */
  isBehind(request: { readonly form: number }): Promise<boolean>;
  save(request: {
    readonly form: number;
    readonly reason?: string;
  }): Promise<SaveAnswer>;
  resolve(request: {
    readonly recordId: RecordId;
    readonly group: string;
    readonly reason: string;
    readonly settlement: SettleChoice;
  }): Promise<SaveAnswer>;
  read(request: { readonly recordId: RecordId }): Promise<RecordReport | null>;
  status(request: {
    readonly recordId: RecordId;
  }): Promise<RecordStatus | null>;
  history(request: {
    readonly recordId: RecordId;
  }): Promise<readonly HistoryEntry[]>;
  /** Records of a type in this store. */
  list(request: { readonly type: string }): Promise<readonly RecordId[]>;
  reviews(): Promise<readonly Review[]>;
  /** How many changes are saved here and not yet acknowledged. */
  unsyncedCount(): Promise<number>;
  close(): Promise<void>;
}

export type DeviceVerb = keyof DeviceVerbs;

export type ToDevice = {
  readonly [V in DeviceVerb]: {
    readonly id: number;
    readonly verb: V;
    readonly request: Parameters<DeviceVerbs[V]>[0];
  };
}[DeviceVerb];

export type FromDevice =
  | { readonly kind: "ready" }
  /** Something in the store or about sync is not as it was. */
  | { readonly kind: "changed" }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly reason: string };

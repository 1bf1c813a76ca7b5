/** Well-formed CBOR that is no message of the protocol. */
import { limits } from "@suture/schema";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { Item } from "./cbor.test-support.ts";
import {
  cbor,
  counts,
  manifest,
  noMessage,
  ping,
  push,
} from "./sent-frames.test-support.ts";

const zeros = "0".repeat(64);
const messages: readonly HostileCase[] = (
  [
    ["null as a message", "automerge-repo's server dies of it", cbor(null)],
    ["a list as a message", "a decoder of objects", cbor([ping])],
    ["a message of no type", "dispatch", cbor({ number: 7 })],
    ["a message of an unknown type", "dispatch", cbor({ type: "leave" })],
    [
      "a type that objects have by themselves",
      "dispatch by a plain object",
      cbor({ type: "toString" }),
    ],
    [
      "a message that only the server says",
      "whoever believes verdicts",
      cbor({ type: "verdicts", pushId: 1, verdicts: [] }),
    ],
    [
      "an unknown field",
      "whoever reads more than we do",
      cbor({ type: "ping", number: 7, as: "admin" }),
    ],
    ["a field left out", "defaults", cbor({ type: "ping" })],
    ["a number below zero", "counters", cbor({ type: "ping", number: -1 })],
    ["a fraction", "counters", cbor({ type: "ping", number: 0.5 })],
    [
      "a number that is text",
      "comparisons",
      cbor({ type: "ping", number: "7" }),
    ],
    ["a push of nothing", "verdicts without changes", push({ changes: [] })],
    [
      "a push of 501 changes",
      "how long one transaction lasts",
      push({
        changes: Array.from({ length: limits.maxBatchChanges + 1 }, () => ({
          recordId: "4NMNnkMhL8jXrdJ9jamS58PAVdXu",
          bytes: new Uint8Array([1]),
        })),
      }),
    ],
    [
      "a change of more than a megabyte",
      "memory, before it is decoded",
      push({
        changes: [
          {
            recordId: "4NMNnkMhL8jXrdJ9jamS58PAVdXu",
            bytes: new Uint8Array(limits.maxChangeBytes + 1),
          },
        ],
      }),
    ],
    [
      "a change that is a list of numbers",
      "whoever takes array-likes for bytes",
      push({
        changes: [{ recordId: "4NMNnkMhL8jXrdJ9jamS58PAVdXu", bytes: [1, 2] }],
      }),
    ],
    [
      "a record id that is a path",
      "stores that make files of ids",
      push({
        changes: [
          { recordId: "../../../etc/passwd", bytes: new Uint8Array(1) },
        ],
      }),
    ],
    [
      "a token of 5,000 characters",
      "the token's decoder",
      push({ token: "x".repeat(5_000) }),
    ],
    [
      "a manifest with counts below zero",
      "what colleagues are told is unsynced",
      push({
        unsynced: {
          ...manifest,
          people: [{ ...counts, countsByPriority: [-1, 0, 0, 0] }],
        },
      }),
    ],
    [
      "a manifest of five priorities",
      "what colleagues are told is unsynced",
      push({
        unsynced: {
          ...manifest,
          people: [{ ...counts, countsByPriority: [0, 0, 0, 0, 0] }],
        },
      }),
    ],
    [
      "a manifest of more changes than a device holds",
      "sums that are shown to people",
      push({
        unsynced: {
          ...manifest,
          people: [{ ...counts, countsByPriority: [2_000_000, 0, 0, 0] }],
        },
      }),
    ],
    [
      "a manifest of work from before there were devices",
      "ages that are shown to people",
      push({
        unsynced: {
          ...manifest,
          people: [{ ...counts, oldestAgeMs: 20 * 366 * 86_400_000 }],
        },
      }),
    ],
    [
      "a manifest of 65 people",
      "the memory kept for each device",
      push({
        unsynced: { ...manifest, people: Array<Item>(65).fill(counts) },
      }),
    ],
    [
      "a manifest of 201 records",
      "the memory kept for each device",
      push({
        unsynced: {
          ...manifest,
          recordIds: Array<string>(201).fill("4NMNnkMhL8jXrdJ9jamS58PAVdXu"),
        },
      }),
    ],
    [
      "a manifest with a name in it",
      "content that goes round as presence",
      push({
        unsynced: { ...manifest, recordIds: ["Ann Example, 5 mg"] },
      }),
    ],
    [
      "a fetch of 501 changes",
      "reads in one request",
      cbor({
        type: "fetch",
        items: Array.from({ length: 501 }, () => ({
          recordId: "4NMNnkMhL8jXrdJ9jamS58PAVdXu",
          hash: zeros,
        })),
      }),
    ],
    [
      "a fetch by a name that is no hash",
      "keys of the store",
      cbor({
        type: "fetch",
        items: [{ recordId: "4NMNnkMhL8jXrdJ9jamS58PAVdXu", hash: "%" }],
      }),
    ],
    [
      "a pull of a scope that is none",
      "keys of the store",
      cbor({
        type: "pull",
        scopeId: "server:identity",
        cursor: { epoch: "0".repeat(32), sequence: 0, chain: zeros },
      }),
    ],
    [
      "a cursor with an epoch that is no hex",
      "keys of the store",
      cbor({
        type: "pull",
        scopeId: "team:4NMNnkMhL8jXrdJ9jamS58PAVdXu",
        cursor: { epoch: "z".repeat(32), sequence: 0, chain: zeros },
      }),
    ],
    [
      "a cursor below the beginning",
      "scans of the log",
      cbor({
        type: "pull",
        scopeId: "team:4NMNnkMhL8jXrdJ9jamS58PAVdXu",
        cursor: { epoch: "0".repeat(32), sequence: -1, chain: zeros },
      }),
    ],
    [
      "a proof of restore with a path of 65 hashes",
      "CPU, by hashing",
      cbor({
        type: "restore",
        from: { epoch: "0".repeat(32), sequence: 0, chain: zeros },
        rows: "",
        jws: "a.b.c",
        proof: {
          leaf: {
            scopeId: "team:4NMNnkMhL8jXrdJ9jamS58PAVdXu",
            log: { epoch: "0".repeat(32), sequence: 0, chain: zeros },
            auditSequence: 0,
            auditChain: zeros,
          },
          path: Array.from({ length: 65 }, () => ({
            side: "left",
            hash: zeros,
          })),
        },
      }),
    ],
  ] as const
).map(([name, attacks, attack]) => ({
  name,
  attacks,
  check: "schema/src/protocol: the message's own schema",
  expected: noMessage,
  attack,
}));

export const messageCases: readonly HostileCase[] = messages;

/**
 * Notes which records are saved and opened, and tells the server how often one was opened again only to look: counts per day, nothing
 * else. Going from where a record was saved to its page is no opening, nor is staying with it from page to page. SPEC AP-116, AP-117.
 */
import { useEffect, useRef } from "react";
import { useLocation } from "wouter";

import { recordIdSchema, type RecordId } from "@suture/schema";
import { useConnection, usePerson } from "@suture/client/react";

import { useApi } from "../http/use-api.ts";
import { useApp } from "./app-deps.tsx";
import { reportReopens } from "./report-reopens.ts";
import { useMe } from "./use-me.ts";
import { useNow } from "./use-now.ts";

interface Place {
  /** The record, whose pages are one place, or another page's path. */
  readonly at: string;
  readonly recordId: RecordId | null;
  readonly saved: Set<RecordId>;
}

const reportEveryMs = 60 * 60_000;

export function useCountReopens(): void {
  useCounting();
  useReporting();
}

function useCounting(): void {
  const { client } = useApp();
  const organizationId = useMe().membership?.organizationId;
  const [path] = useLocation();
  const place = useRef<Place | null>(null);

  useEffect(() => {
    if (organizationId === undefined) return;
    return client.watchSaved((recordIds) => {
      for (const recordId of recordIds) {
        place.current?.saved.add(recordId);
        client.reopens.saved(organizationId, recordId).catch(uncounted);
      }
    });
  }, [client, organizationId]);

  useEffect(() => {
    const recordId = recordIdOf(path);
    const at = recordId ?? path;
    const before = place.current;
    if (before?.at === at) return;
    place.current = { at, recordId, saved: new Set() };
    if (before?.recordId) client.reopens.left(before.recordId).catch(uncounted);
    if (recordId !== null && before?.saved.has(recordId) !== true)
      client.reopens.opened(recordId).catch(uncounted);
  }, [client, path]);
}

function useReporting(): void {
  const { client } = useApp();
  const api = useApi();
  const person = usePerson();
  const organizationId = useMe().membership?.organizationId;
  const isInTouch = useConnection().state === "up-to-date";
  const hour = Math.floor(useNow(reportEveryMs) / reportEveryMs);
  const deviceId = person?.deviceId;

  useEffect(() => {
    if (!isInTouch || deviceId === undefined || organizationId === undefined)
      return;
    // What was not taken is told an hour later, with what is counted until then.
    reportReopens(client, api, { organizationId, deviceId }).catch(uncounted);
  }, [client, api, isInTouch, deviceId, organizationId, hour]);
}

function recordIdOf(path: string): RecordId | null {
  const [, area, id] = path.split("/");
  return area !== undefined && areasOfRecords.has(area)
    ? (recordIdSchema.safeParse(id).data ?? null)
    : null;
}

const areasOfRecords = new Set([
  "patients",
  "appointments",
  "jobs",
  "equipment",
]);

/** A store that fails is told of where work is saved; that a look was not counted harms nobody. */
function uncounted(): void {
  return undefined;
}

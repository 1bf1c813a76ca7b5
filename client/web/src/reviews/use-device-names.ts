import { useCallback } from "react";

import { usePerson } from "@suture/client/react";
import { err, reportReaders } from "@suture/schema";

import { useMe } from "../app/use-me.ts";
import { withoutServer } from "../http/api-problem.ts";
import { listDevices } from "../http/devices-api.ts";
import { useApi } from "../http/use-api.ts";
import { useAsked } from "../http/use-asked.ts";
import { useText } from "../text/use-text.ts";

/**
 * What people call a device. Names are the server's to tell, to those who run the organization; without them a device is told by the
 * beginning of its id, and this one as this one.
 */
export function useDeviceNames(): (deviceId: string) => string {
  const { reviews: text } = useText();
  const { membership, roles } = useMe();
  const api = useApi();
  const person = usePerson();
  const organizationId = membership?.organizationId;
  const mayAsk = reportReaders.some((role) => roles.has(role));
  const ask = useCallback(
    () =>
      organizationId === undefined || !mayAsk
        ? Promise.resolve(err(withoutServer("needs-server")))
        : listDevices(api, organizationId),
    [api, organizationId, mayAsk],
  );
  const { value } = useAsked(ask);
  return (deviceId) => {
    const name = value?.devices.find((one) => one.deviceId === deviceId)?.name;
    if (deviceId === person?.deviceId) return text.thisDevice(name ?? null);
    return name ?? text.unnamedDevice(deviceId.slice(0, 4));
  };
}

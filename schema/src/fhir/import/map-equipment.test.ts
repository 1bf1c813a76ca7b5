import { describe, expect, test } from "vitest";

import {
  subject,
  patient,
  clinic,
  plan,
  only,
  outcomesOf,
} from "./small-import.contract.ts";

describe("equipment and service jobs", () => {
  const pump = {
    resourceType: "Device",
    id: "pump",
    status: "inactive",
    deviceName: [
      { name: "P-7", type: "model-name" },
      { name: "Infusion pump", type: "user-friendly-name" },
    ],
    serialNumber: "S1",
    distinctIdentifier: "00844588018923",
    udiCarrier: [{ deviceIdentifier: "00844588018923" }],
    owner: { reference: "Organization/c" },
  };
  const order = {
    resourceType: "ServiceRequest",
    id: "sr",
    status: "active",
    intent: "order",
    subject: { reference: "Device/pump" },
    code: { text: "repair" },
  };
  const task = {
    resourceType: "Task",
    id: "t",
    status: "in-progress",
    intent: "order",
    focus: { reference: "ServiceRequest/sr" },
    description: "Door will not close",
  };

  test("[IM-1] a device is equipment; an inactive one is out of service", () => {
    const result = plan(pump, clinic);
    const draft = only("equipment", result);
    expect(draft.fields).toMatchObject({
      deviceName: "Infusion pump",
      serialNumber: "S1",
      teamId: only("team", result).recordId,
    });
    expect(draft.groups["fitness"]).toMatchObject({
      operationalStatus: "out-of-service",
      quarantine: null,
    });
    expect(draft.entries["identifiers"]).toBeUndefined();
  });

  test("[IM-1] a task on a request on a device is one service job", () => {
    const result = plan(pump, order, task, clinic);
    const draft = only("serviceJob", result);
    expect(draft.fields).toMatchObject({
      equipmentId: only("equipment", result).recordId,
      workStatus: "in-progress",
      description: "Door will not close",
    });
    expect(draft.parentId).toBe(only("team", result).recordId);
    expect(draft.groups["service"]).toBeUndefined();
    expect(outcomesOf(result)).toMatchObject({
      "ServiceRequest/sr": "mapped",
      "Task/t": "mapped",
    });
  });

  test("[IM-1] a request that no task carries out is a job; those about patients are left alone", () => {
    const result = plan(
      pump,
      order,
      clinic,
      patient,
      { ...order, id: "lab", subject },
      { ...task, id: "claim", focus: undefined },
    );
    expect(only("serviceJob", result).fields["workStatus"]).toBe("requested");
    expect(outcomesOf(result)).toMatchObject({
      "ServiceRequest/lab": "skipped: not-on-equipment",
      "Task/claim": "skipped: not-on-equipment",
    });
  });
});

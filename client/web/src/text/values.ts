/** Words for what records hold: codes of ours and FHIR's, names of fields and parts. */
export const valuesText = {
  none: "nothing",
  thisRecord: "this record",
  unnamed: "without a name",
  unknownRecord: (id: string) => `not on this device (${id.slice(0, 6)}…)`,
  yes: "yes",
  no: "no",
  noParts: "None",
  completed: "Completed",
  since: "since",
  doNotGive: "DO NOT GIVE",
  asNeeded: "as needed",
  active: "may sign in",
  notActive: "may not sign in",
  criticality: (word: string) => `${word} risk`,
  often: (times: number, period: string, unit: string) => {
    const units: Readonly<Record<string, string>> = {
      s: "second",
      min: "minute",
      h: "hour",
      d: "day",
      wk: "week",
      mo: "month",
      a: "year",
    };
    const one = units[unit] ?? unit;
    const every = period === "1" ? `a ${one}` : `every ${period} ${one}s`;
    return times === 1 ? `once ${every}` : `${times} times ${every}`;
  },

  /** What it means that nothing stands there. */
  nothing: {
    safetyTest: "No safety test",
    completion: "Not completed",
    pregnancy: "Nobody has said",
    quarantine: "Not in quarantine",
    period: "No time",
    birthDate: "Not known",
    gender: "Not known",
    deceased: "Nobody has said",
  } as Readonly<Record<string, string>>,

  /** Of fields, groups and their parts. */
  names: {
    prescribing: "prescribing",
    identity: "identity",
    slot: "time and people",
    service: "work done",
    fitness: "fitness for use",
    membership: "rights",
    recordStatus: "record status",
    partsReplaced: "parts replaced",
    safetyTest: "safety test",
    birthDate: "birth date",
    operationalStatus: "status",
    active: "sign-in",
    link: "linked records",
    telecom: "phone and e-mail",
    lotNumber: "lot number",
    recordId: "record",
    recordType: "kind of record",
    parentId: "belongs to",
    workStatus: "state of the work",
    assigneeId: "in whose hands",
    equipmentId: "equipment",
    code: "what",
    deviceName: "name",
    displayName: "name",
  } as Readonly<Record<string, string>>,

  /** Of codes; what is not here is shown as it stands. */
  words: {
    "in-service": "in service",
    "out-of-service": "out of service",
    "entered-in-error": "entered in error",
    "on-hold": "on hold",
    "in-progress": "in progress",
    "not-taken": "not taken",
    "not-pregnant": "not pregnant",
    "needs-action": "not answered",
    "unable-to-assess": "unknown",
    "checked-in": "checked in",
    noshow: "did not come",
    passed: "passed",
    failed: "failed",
    admin: "administrator",
    clinician: "clinician",
    receptionist: "receptionist",
    technician: "technician",
    manager: "manager",
    auditor: "auditor",
    serviceJob: "service job",
    "service-group": "service group",
    profile: "directory entry",
  } as Readonly<Record<string, string>>,
};
export type ValuesText = typeof valuesText;

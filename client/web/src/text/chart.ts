export const chartText = {
  medications: "Medications",
  noMedications: "No medication recorded",
  problems: "Problems",
  noProblems: "No problem recorded",
  pregnancy: "Pregnancy",
  allergies: "Allergies",
  /** An empty list says only that nobody asked. */
  allergiesUnasked:
    "Allergies: nobody has recorded any, nor that there are none",
  allergiesContested: "Allergies in conflict: all versions count",
  /** Something else of prescribing is in conflict. */
  allergiesAgreed: "Allergies, the same in all versions in conflict",
  doNotAct: "Do not act on this until the conflict is settled",
  stands: "Counts until the conflict is settled",
  versions: (count: number) => `${count} versions`,
  ended: "Ended",
  addMedication: "Add a medication",
  changeMedication: "Change or stop",
  changeOf: (name: string) => `Change or stop ${name}`,
  addAllergy: "Add an allergy",
  changeAllergy: "Change",
  // signing
  signTitle: {
    medication: "Sign a medication",
    allergy: "Sign an allergy",
  },
  medication: "Medication",
  dosage: "Dosage",
  dosageHint: "As it is to be taken: 1 tablet twice a day",
  status: "Status",
  medicationStatus: {
    active: "Active",
    "on-hold": "On hold",
    stopped: "Stopped",
    completed: "Completed",
    "entered-in-error": "Entered in error",
  },
  allergyKind: "What is known",
  allergyKinds: {
    substance: "An allergy or intolerance",
    none: "No known allergy",
    noneToDrugs: "No known drug allergy",
  },
  noKnownAllergy: "No known allergy",
  noKnownDrugAllergy: "No known drug allergy",
  substance: "To what",
  category: "Kind",
  categories: {
    medication: "Medication",
    food: "Food",
    environment: "Environment",
    biologic: "Biologic",
  },
  criticality: "Risk",
  criticalities: {
    high: "High",
    low: "Low",
    "unable-to-assess": "Not known",
  },
  reaction: "Reaction",
  reactionHint: "What was seen: hives, swelling",
  allergyStatus: {
    active: "Active",
    resolved: "Resolved",
    refuted: "Refuted",
    "entered-in-error": "Entered in error",
  },
  reason: "Why (optional)",
  reasonHint: "Goes into the signature and the audit",
  sign: "Sign",
  needed: "This is needed.",
  gone: "This entry is not there any more: somebody has ended it since.",
  notYours: "Only clinicians sign medications and allergies.",
  chooseVersion: "This is in conflict. Which version do you go on with?",
  chooseVersionBody:
    "The conflict stays open. What you sign is added to the version you choose, and counts at once on the safe side.",
  goOnWith: "Go on with this version",
  signed: "Signed.",
  // what changed meanwhile
  since: (count: number) =>
    count === 1
      ? "1 change was made since you opened this form"
      : `${count} changes were made since you opened this form`,
  sinceBody:
    "If you sign without taking them in, and they touch the same, it becomes a conflict for review.",
  sinceRestoredBody:
    "This form was begun earlier. Read what changed before you sign.",
  takenIn: "I have read this: sign on top of it",
  added: "added",
  changed: "changed",
  removed: "taken out",
  conflictSettled: "Settles a conflict",
  nothingTold: "other parts of the record",
};

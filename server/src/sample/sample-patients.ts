/** Patients who never lived, named after trees, each marked as a sample. What is prescribed is plausible, not advice. */
import type { Allergy, Medication, Problem } from "@suture/schema";

const snomed = "http://snomed.info/sct";

export interface SamplePatient {
  readonly given: string;
  readonly family: string;
  readonly birthDate: string;
  readonly gender: "female" | "male" | "other";
  readonly phone: string;
  readonly medications: readonly Medication[];
  readonly allergies: readonly Allergy[];
  readonly problems: readonly Problem[];
}

export const samplePatients: readonly SamplePatient[] = [
  {
    given: "Alma",
    family: "Alder",
    birthDate: "1951-03-14",
    gender: "female",
    phone: "+15550100001",
    medications: [
      medication("Metformin 500 mg tablet", "1 tablet twice a day"),
      medication("Lisinopril 10 mg tablet", "1 tablet in the morning"),
    ],
    allergies: [drugAllergy("Penicillin", "Hives", "high")],
    problems: [
      problem("Type 2 diabetes mellitus"),
      problem("Essential hypertension"),
    ],
  },
  {
    given: "Bela",
    family: "Birch",
    birthDate: "1983-11-02",
    gender: "male",
    phone: "+15550100002",
    medications: [medication("Salbutamol 100 µg inhaler", "2 puffs if needed")],
    allergies: [otherAllergy("Birch pollen", "environment", "Sneezing")],
    problems: [problem("Asthma")],
  },
  {
    given: "Cora",
    family: "Cedar",
    birthDate: "1996-07-21",
    gender: "female",
    phone: "+15550100003",
    medications: [],
    allergies: [noKnownAllergy()],
    problems: [],
  },
  {
    given: "Davi",
    family: "Dogwood",
    birthDate: "1944-12",
    gender: "male",
    phone: "+15550100004",
    medications: [
      medication("Warfarin 3 mg tablet", "1 tablet in the evening"),
      medication("Bisoprolol 2.5 mg tablet", "1 tablet in the morning"),
    ],
    allergies: [drugAllergy("Sulfamethoxazole", "Rash", "low")],
    problems: [problem("Atrial fibrillation")],
  },
  {
    given: "Edda",
    family: "Elm",
    birthDate: "2018-05-30",
    gender: "female",
    phone: "+15550100005",
    medications: [],
    allergies: [otherAllergy("Peanut", "food", "Swelling of the lips")],
    problems: [],
  },
  {
    given: "Faro",
    family: "Fir",
    birthDate: "1967-09-09",
    gender: "male",
    phone: "+15550100006",
    medications: [medication("Atorvastatin 20 mg tablet", "1 tablet at night")],
    allergies: [],
    problems: [problem("Hyperlipidaemia")],
  },
  {
    given: "Greta",
    family: "Ginkgo",
    birthDate: "1990-01-17",
    gender: "female",
    phone: "+15550100007",
    medications: [medication("Folic acid 400 µg tablet", "1 tablet a day")],
    allergies: [noKnownAllergy()],
    problems: [],
  },
  {
    given: "Hugo",
    family: "Hazel",
    birthDate: "1975-06-28",
    gender: "male",
    phone: "+15550100008",
    medications: [medication("Omeprazole 20 mg capsule", "1 before breakfast")],
    allergies: [drugAllergy("Ibuprofen", "Wheezing", "high")],
    problems: [problem("Gastro-oesophageal reflux disease")],
  },
  {
    given: "Ines",
    family: "Ironwood",
    birthDate: "2003-02-11",
    gender: "other",
    phone: "+15550100009",
    medications: [],
    allergies: [otherAllergy("Latex", "environment", "Contact dermatitis")],
    problems: [],
  },
  {
    given: "Juno",
    family: "Juniper",
    birthDate: "1959",
    gender: "female",
    phone: "+15550100010",
    medications: [
      medication("Levothyroxine 75 µg tablet", "1 tablet before breakfast"),
    ],
    allergies: [],
    problems: [problem("Hypothyroidism")],
  },
  {
    given: "Kian",
    family: "Katsura",
    birthDate: "1988-08-08",
    gender: "male",
    phone: "+15550100011",
    medications: [],
    allergies: [noKnownAllergy()],
    problems: [problem("Low back pain")],
  },
  {
    given: "Lina",
    family: "Larch",
    birthDate: "1948-10-25",
    gender: "female",
    phone: "+15550100012",
    medications: [
      medication("Furosemide 40 mg tablet", "1 tablet in the morning"),
      medication("Ramipril 5 mg capsule", "1 capsule a day"),
    ],
    allergies: [drugAllergy("Codeine", "Vomiting", "low")],
    problems: [problem("Heart failure"), problem("Chronic kidney disease")],
  },
];

export function medication(name: string, dose: string): Medication {
  return {
    status: "active",
    code: { text: name },
    dosage: [{ text: dose }],
    source: { kind: "request", intent: "order" },
  };
}

function problem(name: string): Problem {
  return {
    clinicalStatus: "active",
    verificationStatus: "confirmed",
    code: { text: name },
  };
}

function drugAllergy(
  substance: string,
  reaction: string,
  criticality: "low" | "high",
): Allergy {
  return {
    clinicalStatus: "active",
    verificationStatus: "confirmed",
    type: "allergy",
    category: ["medication"],
    criticality,
    code: { text: substance },
    reaction: [{ manifestation: [{ text: reaction }] }],
  };
}

function otherAllergy(
  substance: string,
  category: "food" | "environment",
  reaction: string,
): Allergy {
  return {
    clinicalStatus: "active",
    verificationStatus: "confirmed",
    type: "allergy",
    category: [category],
    code: { text: substance },
    reaction: [{ manifestation: [{ text: reaction }] }],
  };
}

function noKnownAllergy(): Allergy {
  return {
    clinicalStatus: "active",
    verificationStatus: "confirmed",
    code: {
      coding: [{ system: snomed, code: "716186003" }],
      text: "No known allergy",
    },
  };
}

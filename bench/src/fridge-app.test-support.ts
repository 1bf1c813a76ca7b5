/** Somebody's app on the SDK, as small as an app can be: a record type of its own, and one screen, whose words are what it shows. */
import type { Client, SutureRecord } from "@suture/client";
import {
  defineRecord,
  group,
  recordStatus,
  roles,
  scalar,
  set,
  sutureRecords,
  value,
} from "@suture/schema";
import { z } from "zod";

const verdicts = ["usable", "to be checked", "spoiled"] as const;
type Verdict = (typeof verdicts)[number];

/** A fridge that vaccines lie in. Whether they can still be used is signed, and never merged. */
export const vaccineFridge = defineRecord({
  type: "vaccineFridge",
  scope: "team",
  parent: "team",
  read: roles,
  create: ["manager"],
  fields: {
    place: scalar(z.string().max(50), ["manager"]),
    readings: set(z.strictObject({ celsius: z.string().max(6) }), [
      "clinician",
    ]),
  },
  groups: {
    recordStatus: recordStatus(["manager"]),
    vaccines: group({
      sign: ["clinician"],
      resolve: ["manager"],
      priority: 0,
      parts: {
        verdict: value<Verdict>({
          schema: z.enum(verdicts),
          initial: "usable",
          cautious: () => "spoiled",
        }),
      },
    }),
  },
});

/** What client and server are given. */
export const records = [...sutureRecords, vaccineFridge];

/** Who tries it. */
export const ada = {
  email: "ada@clinic.example",
  password: "a sample pass phrase",
  name: "Ada",
};

export class FridgeScreen {
  readonly #client: Client;
  readonly fridge: SutureRecord<typeof vaccineFridge>;

  private constructor(
    client: Client,
    fridge: SutureRecord<typeof vaccineFridge>,
  ) {
    this.#client = client;
    this.fridge = fridge;
  }

  /** Of the clinic's fridge; with a clinic that has one, where there is none. */
  static async open(client: Client): Promise<FridgeScreen> {
    const fridges = client.records(vaccineFridge);
    const [found] = await fridges.list();
    return new FridgeScreen(client, found ?? (await beginClinic(client)));
  }

  /** Everything that it shows, a line each. */
  get text(): string {
    const { place, readings } = this.fridge.fields;
    const { problem } = this.#client.syncStatus;
    return [
      place ?? "A fridge",
      ...Object.values(readings).map(({ celsius }) => `${celsius} °C`),
      this.#vaccines,
      this.fridge.status.label,
      ...(problem === null ? [] : [problem.sentence]),
    ].join("\n");
  }

  async writeDown(celsius: string): Promise<void> {
    const form = await this.fridge.edit();
    form.draft.readings.set({ celsius });
    mustBe(await form.save());
  }

  /** Signs it. */
  async judge(verdict: Verdict): Promise<void> {
    const form = await this.fridge.edit();
    form.draft.vaccines.verdict = verdict;
    mustBe(await form.save());
  }

  get #vaccines(): string {
    const vaccines = this.fridge.group("vaccines");
    return vaccines.status === "conflict"
      ? "Opinions differ: do not use these vaccines."
      : `The vaccines are ${vaccines.content.verdict}.`;
  }
}

async function beginClinic(
  client: Client,
): Promise<SutureRecord<typeof vaccineFridge>> {
  const { teamId } = mustBe(
    await client.foundOrganization({
      organizationName: "Riverbend",
      founderName: ada.name,
      founderRoles: ["clinician", "manager"],
      teamName: "Ward 2",
      teamKind: "clinic",
    }),
  );
  return mustBe(
    await client.records(vaccineFridge).create({
      parentId: teamId,
      fields: { place: "Ward 2" },
    }),
  );
}

function mustBe<T>(
  result:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly error: { readonly code: string } },
): T {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

/** The process of all devices of one system. Ends when whoever started it is gone. */
import {
  partyProcessSetupSchema,
  type FromParty,
  type OpenParty,
  type Party,
  type ToParty,
} from "./party.ts";
import { stormWork } from "./storm-work.ts";

const setup = partyProcessSetupSchema.parse(
  JSON.parse(process.argv[2] ?? "{}"),
);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both ends are this program, built together
const { openParty } = (await import(setup.party)) as {
  readonly openParty: OpenParty;
};

process.once("disconnect", () => process.exit(0));
process.once("unhandledRejection", fail);

try {
  const party = await openParty({ ...setup, work: stormWork(setup.size) });
  process.on("message", (message: ToParty) => {
    void answer(party, message).catch(fail);
  });
  tell({ kind: "prepared" });
} catch (cause) {
  fail(cause);
}

async function answer(party: Party, { kind }: ToParty): Promise<void> {
  switch (kind) {
    case "come-back":
      return tell({ kind: "back", measured: await party.comeBack() });
    case "compare":
      return tell({
        kind: "compared",
        differences: await party.differences(),
      });
  }
}

function fail(cause: unknown): void {
  const reason = cause instanceof Error ? (cause.stack ?? cause.message) : "";
  process.send?.({ kind: "failed", reason });
}

function tell(message: FromParty): void {
  process.send?.(message);
}

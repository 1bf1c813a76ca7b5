/** The process of all devices of one system. Ends when whoever started it is gone. */
import {
  partyProcessSetupSchema,
  type FromParty,
  type OpenParty,
  type Party,
  type ToParty,
} from "./party.ts";
import { ofShift, stormWork } from "./storm-work.ts";

const setup = partyProcessSetupSchema.parse(
  JSON.parse(process.argv[2] ?? "{}"),
);
let party: Party | undefined;

process.once("disconnect", () => process.exit(0));
process.once("unhandledRejection", fail);
process.on("message", (message: ToParty) => {
  void answer(message).catch(fail);
});

async function answer(message: ToParty): Promise<void> {
  if (message.kind === "prepare") {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both ends are this program, built together
    const { openParty } = (await import(setup.party)) as {
      readonly openParty: OpenParty;
    };
    const work = ofShift(stormWork(setup.size), message.shift);
    party = await openParty({ ...setup, work });
    return tell({ kind: "prepared" });
  }
  if (party === undefined) throw new Error("nobody is prepared");
  switch (message.kind) {
    case "come-back":
      return tell({ kind: "back", measured: await party.comeBack() });
    case "compare": {
      const differences = await party.differences();
      await party.leave?.();
      return tell({ kind: "compared", differences });
    }
  }
}

function fail(cause: unknown): void {
  const reason = cause instanceof Error ? (cause.stack ?? cause.message) : "";
  process.send?.({ kind: "failed", reason });
}

function tell(message: FromParty): void {
  process.send?.(message);
}

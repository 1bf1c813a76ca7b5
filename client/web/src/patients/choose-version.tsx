import type { OpId } from "@suture/schema";

import { useNames } from "../reviews/use-names.ts";
import { valueWords } from "../reviews/value-words.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Signature } from "../ui/signature.tsx";
import type { PrescribingReading } from "./allergies.tsx";

/** A conflict never stops care: one version is gone on with, and the conflict stays open. None is preselected. SPEC AP-31, CO-11. */
export function ChooseVersion({
  reading,
  onChoose,
}: {
  readonly reading: PrescribingReading;
  readonly onChoose: (opId: OpId) => void;
}) {
  const { chart } = useText();
  const names = useNames();
  if (reading.status === "settled") return null;
  return (
    <section className="contested" aria-labelledby="choose-version">
      <h3 id="choose-version">{chart.chooseVersion}</h3>
      <p>{chart.chooseVersionBody}</p>
      <ul className="candidates">
        {reading.candidates.map(({ opId, content, attribution }) => (
          <li key={opId} className="candidate">
            <Signature attribution={attribution} />
            <ul className="entries">
              {Object.entries(content.medications).map(([entryId, entry]) => (
                <li key={entryId}>{valueWords("medications", entry, names)}</li>
              ))}
              {Object.entries(content.allergies).map(([entryId, entry]) => (
                <li key={entryId}>
                  {chart.allergies}: {valueWords("allergies", entry, names)}
                </li>
              ))}
            </ul>
            <Button onPress={() => onChoose(opId)}>{chart.goOnWith}</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

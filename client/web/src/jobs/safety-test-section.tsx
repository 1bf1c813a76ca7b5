/** The safety test: passed or failed, by which procedure, with what was measured. SPEC AP-45. */
import { useState } from "react";

import { maySign, serviceJob, type OpId } from "@suture/schema";

import { useMe } from "../app/use-me.ts";
import { useNames } from "../reviews/use-names.ts";
import { valueWords } from "../reviews/value-words.ts";
import { useText } from "../text/use-text.ts";
import { Icon } from "../ui/icon.tsx";
import type { JobRecord } from "./job-actions.tsx";
import type { SettledService } from "./parts-section.tsx";
import { SafetyTestForm } from "./safety-test-form.tsx";

export function SafetyTestSection({
  record,
  reading,
  version = null,
}: {
  readonly record: JobRecord;
  readonly reading: SettledService;
  /** Of what is contested, the one that is gone on with. */
  readonly version?: OpId | null;
}) {
  const { jobs } = useText();
  const { roles } = useMe();
  const names = useNames();
  const [isOpen, setIsOpen] = useState(false);
  const { safetyTest, completion } = reading.content;
  const mayChange =
    maySign(serviceJob.groups.service, [], roles) && completion === null;
  return (
    <section className="job-section" aria-labelledby="test">
      <h2 id="test">{jobs.testTitle}</h2>
      {safetyTest === null ? (
        <p className="muted">{jobs.noTest}</p>
      ) : (
        <p className={`test test-${safetyTest.result}`}>
          <Icon name={safetyTest.result === "passed" ? "check" : "cross"} />
          <span>{valueWords("safetyTest", safetyTest, names)}</span>
        </p>
      )}
      {mayChange && (
        <SafetyTestForm
          record={record}
          reading={reading}
          version={version}
          isOpen={isOpen}
          setIsOpen={setIsOpen}
        />
      )}
    </section>
  );
}

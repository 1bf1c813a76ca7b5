import { MemberName } from "../ui/member-name.tsx";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { AnswerLines } from "./answer-lines.tsx";
import type { Answer } from "./ask-conflict.ts";
import type { Marks } from "./safe-marks.ts";

/** One answer: what it says, who said it, on which device, and when by both clocks. SPEC AP-62. */
export function AnswerCard({
  answer,
  number,
  marks,
  deviceName,
  onChoose,
}: {
  readonly answer: Answer;
  readonly number: number;
  readonly marks: Marks;
  deviceName(deviceId: string): string;
  /** Absent where the person may not choose. */
  readonly onChoose?: () => void;
}) {
  const { reviews: text, common } = useText();
  const { authoredAtMs, admittedAtMs, memberId, deviceId } = answer;
  const { wasOffline, settledEarlier } = answer;
  const heading = text.answerHeading(number);
  return (
    <article className="answer" aria-label={heading}>
      <p className="answer-number">{heading}</p>
      <AnswerLines lines={answer.lines} />
      {marks.hasDoNotAct && (
        <p className="do-not-act">
          <Icon name="alert" /> {text.doNotAct}
        </p>
      )}
      <p className="answer-unseen">
        <Icon name={wasOffline ? "cloudOff" : "branch"} />
        <span>{wasOffline ? text.unseenOffline : text.unseen}</span>
      </p>
      {settledEarlier && (
        <p className="answer-unseen">
          <Icon name="check" />
          <span>{text.settledEarlier}</span>
        </p>
      )}
      <dl className="answer-facts">
        <div>
          <dt>{text.byLabel}</dt>
          <dd>
            <MemberName memberId={memberId} />
          </dd>
        </div>
        <div>
          <dt>{text.deviceLabel}</dt>
          <dd>{deviceName(deviceId)}</dd>
        </div>
        <div>
          <dt>{text.deviceClock}</dt>
          <dd>{common.dateTime(authoredAtMs)}</dd>
        </div>
        <div>
          <dt>{text.serverClock}</dt>
          <dd>
            {admittedAtMs === null
              ? text.notAtServer
              : common.dateTime(admittedAtMs)}
          </dd>
        </div>
        {answer.reason !== null && (
          <div>
            <dt>{text.signersReason}</dt>
            <dd>{common.reasonGiven(answer.reason)}</dd>
          </div>
        )}
      </dl>
      {onChoose !== undefined && (
        <Button
          className="answer-choose"
          onPress={onChoose}
          aria-label={`${text.choose}: ${heading}`}
        >
          {text.choose}
        </Button>
      )}
    </article>
  );
}

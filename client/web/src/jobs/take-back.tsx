import { useText } from "../text/use-text.ts";
import { ConfirmedButton } from "../ui/confirmed-button.tsx";

/** Takes an entry back as entered in error. */
export function TakeBack({
  words,
  isDisabled,
  onConfirm,
}: {
  /** What is taken back. */
  readonly words: string;
  readonly isDisabled: boolean;
  readonly onConfirm: () => void;
}) {
  const { jobs } = useText();
  return (
    <ConfirmedButton
      label={jobs.takeBack}
      name={jobs.takeBackOf(words)}
      title={jobs.takeBackTitle}
      confirmLabel={jobs.confirmTakeBack}
      isDisabled={isDisabled}
      onConfirm={onConfirm}
    >
      <p className="take-back-words">{words}</p>
      <p>{jobs.takeBackBody}</p>
    </ConfirmedButton>
  );
}

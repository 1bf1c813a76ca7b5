import { useText } from "../text/use-text.ts";

/** Under a list that stops at a number of rows. SPEC AP-177. */
export function MayHaveMore({
  list: { rows, mayHaveMore },
}: {
  readonly list: {
    readonly rows: readonly unknown[];
    readonly mayHaveMore: boolean;
  };
}) {
  const { common } = useText();
  return mayHaveMore ? (
    <p className="hint">{common.mayHaveMore(rows.length)}</p>
  ) : null;
}

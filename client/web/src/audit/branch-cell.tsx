import type { LaneRow } from "./branch-lanes.ts";

const laneWidth = 18;
const forkHeight = 26;

/** One row of the drawing: lines from above, the change itself, lines that go on below. Told in words beside it. */
export function BranchCell({
  row,
  laneCount,
}: {
  readonly row: LaneRow;
  readonly laneCount: number;
}) {
  const width = laneCount * laneWidth;
  const x = (lane: number) => lane * laneWidth + laneWidth / 2;
  const line = (from: number, to: number, key: string) => (
    <path
      key={key}
      className={`lane lane-${Math.max(from, to) % 6}`}
      d={`M${x(from)} 0C${x(from)} ${forkHeight / 2} ${x(to)} ${forkHeight / 2} ${x(to)} ${forkHeight}`}
    />
  );
  const through = row.passing.map((lane) => line(lane, lane, `p${lane}`));
  return (
    <div className="branch-cell" style={{ width }} aria-hidden="true">
      <svg width={width} height={forkHeight}>
        {row.incoming.map((lane) => line(lane, row.lane, `i${lane}`))}
        {through}
      </svg>
      <span
        className={`branch-dot lane-${row.lane % 6}`}
        style={{ left: x(row.lane) }}
      />
      <svg width={width} height={forkHeight}>
        {row.outgoing.map((lane) => line(row.lane, lane, `o${lane}`))}
        {through}
      </svg>
      <svg
        className="branch-rest"
        width={width}
        viewBox={`0 0 ${width} 10`}
        preserveAspectRatio="none"
      >
        {[...new Set([...row.outgoing, ...row.passing])].map((lane) => (
          <path
            key={lane}
            className={`lane lane-${lane % 6}`}
            d={`M${x(lane)} 0V10`}
          />
        ))}
      </svg>
    </div>
  );
}

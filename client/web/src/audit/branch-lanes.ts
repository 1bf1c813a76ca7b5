/**
 * Where branches are drawn: each change in a lane, and lines from what it builds on. A change that two people's work builds on has two
 * lines down; one that brings two together has two lines up. Changes made without seeing each other are never in one lane. SPEC AP-86.
 */
export interface Placed {
  readonly hash: string;
  readonly parents: readonly string[];
}

export interface Line {
  /** Where it runs. */
  readonly lane: number;
  /** Rows of its ends, the earlier first. */
  readonly from: number;
  readonly to: number;
}

export interface LaneRow {
  /** Of the change itself. */
  readonly lane: number;
  /** Lanes of the lines that come in from above, and that go out below. */
  readonly incoming: readonly number[];
  readonly outgoing: readonly number[];
  /** Lanes of lines that pass by. */
  readonly passing: readonly number[];
}

export interface BranchDrawing {
  readonly rows: readonly LaneRow[];
  readonly laneCount: number;
}

/** Of changes in causal order. What a change builds on that is not among them is not drawn. */
export function drawBranches(changes: readonly Placed[]): BranchDrawing {
  const rowOf = new Map(changes.map(({ hash }, row) => [hash, row]));
  /** The row whose line a lane would go on; null where it is free. */
  const ends: (number | null)[] = [];
  const lanes: number[] = [];
  const lines: Line[] = [];
  const childrenLeft = changes.map(() => 0);
  const parentsOf = changes.map(({ parents }) =>
    parents.flatMap((parent) => rowOf.get(parent) ?? []),
  );
  for (const parents of parentsOf)
    for (const parent of parents)
      childrenLeft[parent] = (childrenLeft[parent] ?? 0) + 1;

  for (const [row, parents] of parentsOf.entries()) {
    const going = ends.findIndex(
      (end) => end !== null && parents.includes(end),
    );
    const lane = going === -1 ? freeLane(ends) : going;
    lanes.push(lane);
    for (const parent of parents) {
      const own = lanes[parent] ?? 0;
      const isOpen = ends[own] === parent;
      // A line that ends here runs in the lane it came from; one that branches off runs in the new lane.
      lines.push({ lane: isOpen ? own : lane, from: parent, to: row });
      const left = (childrenLeft[parent] ?? 0) - 1;
      childrenLeft[parent] = left;
      if (isOpen && own !== lane && left === 0) ends[own] = null;
    }
    ends[lane] = (childrenLeft[row] ?? 0) > 0 ? row : null;
  }
  const rows = lanes.map((lane, row): LaneRow => {
    const laneOf = (wanted: (line: Line) => boolean) => [
      ...new Set(lines.filter(wanted).map((line) => line.lane)),
    ];
    return {
      lane,
      incoming: laneOf(({ to }) => to === row),
      outgoing: laneOf(({ from }) => from === row),
      passing: laneOf(({ from, to }) => from < row && row < to),
    };
  });
  return { rows, laneCount: Math.max(1, ...lanes.map((lane) => lane + 1)) };
}

function freeLane(ends: (number | null)[]): number {
  const free = ends.indexOf(null);
  if (free !== -1) return free;
  ends.push(null);
  return ends.length - 1;
}

/**
 * For each change, by row, the rows of those that neither saw it nor were seen by it. Quadratic: for as many rows as are shown.
 */
export function besides(
  changes: readonly Placed[],
): readonly (readonly number[])[] {
  const rowOf = new Map(changes.map(({ hash }, row) => [hash, row]));
  const behind: Set<number>[] = [];
  const found: number[][] = changes.map(() => []);
  for (const [row, { parents }] of changes.entries()) {
    const own = new Set<number>();
    for (const parent of parents) {
      const at = rowOf.get(parent);
      if (at === undefined) continue;
      own.add(at);
      for (const each of behind[at] ?? []) own.add(each);
    }
    behind.push(own);
    for (let other = 0; other < row; other += 1) {
      if (own.has(other)) continue;
      found[row]?.push(other);
      found[other]?.push(row);
    }
  }
  return found;
}

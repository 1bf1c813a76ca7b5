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
  /** Of each lane: its last change, and whether a line from it is still to come. */
  const ends: { readonly row: number; readonly isOpen: boolean }[] = [];
  const behind = ancestors(changes);
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
      (end) => end.isOpen && parents.includes(end.row),
    );
    // A lane is taken up again only by what has seen everything in it.
    const seen = ends.findIndex(
      (end) => !end.isOpen && behind[row]?.has(end.row) === true,
    );
    const lane = going !== -1 ? going : seen !== -1 ? seen : ends.length;
    lanes.push(lane);
    for (const parent of parents) {
      const own = lanes[parent] ?? 0;
      const end = ends[own];
      const isOpen = end?.row === parent && end.isOpen;
      // A line that ends here runs in the lane it came from; one that branches off runs in the new lane.
      lines.push({ lane: isOpen ? own : lane, from: parent, to: row });
      const left = (childrenLeft[parent] ?? 0) - 1;
      childrenLeft[parent] = left;
      if (isOpen && own !== lane && left === 0)
        ends[own] = { row: parent, isOpen: false };
    }
    ends[lane] = { row, isOpen: (childrenLeft[row] ?? 0) > 0 };
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

/**
 * For each change, by row, the rows of those that neither saw it nor were seen by it. Quadratic: for as many rows as are shown.
 */
export function besides(
  changes: readonly Placed[],
): readonly (readonly number[])[] {
  const found: number[][] = changes.map(() => []);
  for (const [row, behind] of ancestors(changes).entries())
    for (let other = 0; other < row; other += 1) {
      if (behind.has(other)) continue;
      found[row]?.push(other);
      found[other]?.push(row);
    }
  return found;
}

/** For each change, by row, the rows of everything behind it. */
function ancestors(changes: readonly Placed[]): readonly ReadonlySet<number>[] {
  const rowOf = new Map(changes.map(({ hash }, row) => [hash, row]));
  const behind: Set<number>[] = [];
  for (const { parents } of changes) {
    const own = new Set<number>();
    for (const parent of parents) {
      const at = rowOf.get(parent);
      if (at === undefined) continue;
      own.add(at);
      for (const each of behind[at] ?? []) own.add(each);
    }
    behind.push(own);
  }
  return behind;
}

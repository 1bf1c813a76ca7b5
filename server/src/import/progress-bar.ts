/** Progress on a terminal: one line that is rewritten, and gone when the work is done. Nothing anywhere else. */

export interface ProgressTerminal {
  readonly isTTY: boolean;
  /** Characters in a line; undefined or 0 where nobody knows. */
  readonly columns: number | undefined;
  write(text: string): void;
}

export interface ProgressBar {
  show(label: string, doneCount: number, totalCount: number): void;
  clear(): void;
}

const barCells = 28;
const eraseLine = "\r\u001B[2K";

export function createProgressBar(terminal: ProgressTerminal): ProgressBar {
  let shown = "";
  return {
    show(label, doneCount, totalCount) {
      if (!terminal.isTTY) return;
      const line = lineOf(label, doneCount, totalCount).slice(
        0,
        (terminal.columns || 80) - 1,
      );
      if (line === shown) return;
      shown = line;
      terminal.write(eraseLine + line);
    },
    clear() {
      if (shown !== "") terminal.write(eraseLine);
      shown = "";
    },
  };
}

function lineOf(label: string, doneCount: number, totalCount: number): string {
  const share = totalCount === 0 ? 1 : doneCount / totalCount;
  const filled = Math.round(share * barCells);
  const bar = "█".repeat(filled) + "░".repeat(barCells - filled);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const total = totalCount.toLocaleString("en");
  const done = doneCount.toLocaleString("en").padStart(total.length);
  return `${label.padEnd(17)} ${bar} ${percent}  ${done} of ${total}`;
}

import type { BenchReport, Figure, Unit } from "./benchmark.ts";
import { notWarmed, stopAtTimes } from "./rounds.ts";

/** A report for a terminal: what was done, one block for each measure with a line for each system, and what it comes to. */
export function inWords(report: BenchReport): string {
  const rows = Object.entries(report.figures).map(([key, figure]) => ({
    ...partsOf(key),
    figure,
  }));
  const measures = [...new Set(rows.map(({ measure }) => measure))];
  const blocks = measures.map((measure) => {
    const own = rows.filter((row) => row.measure === measure);
    return [
      measure,
      ...aligned(
        own.map(({ system, figure }) => [
          system,
          amount(figure.median, figure.unit),
          spread(figure),
        ]),
      ),
    ].join("\n");
  });
  const ratios = aligned(
    Object.entries(report.ratios).map(([key, ratio]) => [key, times(ratio)]),
  );
  return [
    `${report.name}: ${report.work}`,
    `goal: ${report.goal}`,
    ...blocks,
    ...(ratios.length === 0
      ? []
      : [
          [
            `Suture against each (above 1 is better for Suture; one that took ${stopAtTimes} times as long was stopped)`,
            ...ratios,
          ].join("\n"),
        ]),
  ].join("\n\n");
}

/** The same for a page: one table for each report. */
export function inMarkdown(report: BenchReport): string {
  return [
    `### ${report.name}`,
    "",
    `${report.work} Goal: ${report.goal}`,
    "",
    "| measure | system | median | lowest to highest |",
    "| --- | --- | ---: | ---: |",
    ...Object.entries(report.figures).map(([key, figure]) => {
      const { system, measure } = partsOf(key);
      return `| ${measure} | ${system} | ${amount(figure.median, figure.unit)} | ${spread(figure)} |`;
    }),
    "",
    "| Suture against | ratio |",
    "| --- | ---: |",
    ...Object.entries(report.ratios).map(
      ([key, ratio]) => `| ${key} | ${times(ratio)} |`,
    ),
  ].join("\n");
}

/** Three digits are what a median of a few rounds is good for. */
export function amount(value: number, unit: Unit): string {
  switch (unit) {
    case "ms":
      return value >= 1_000
        ? `${digits(value / 1_000)} s`
        : `${digits(value)} ms`;
    case "bytes":
      if (value >= 1_000_000) return `${digits(value / 1_000_000)} MB`;
      return value >= 1_000
        ? `${digits(value / 1_000)} KB`
        : `${digits(value)} B`;
    case "per second":
      return `${digits(value)}/s`;
    case "µs":
      return `${digits(value)} µs`;
    case "messages":
      return `${digits(value)} messages`;
    case "":
      return digits(value);
  }
}

function spread({ lowest, highest, unit, rounds }: Figure): string {
  return rounds === 1
    ? "once"
    : `${amount(lowest, unit)} to ${amount(highest, unit)} in ${rounds} rounds`;
}

function times(ratio: number | string): string {
  if (ratio === notWarmed) return ratio;
  return `${typeof ratio === "string" ? ratio : digits(ratio)}×`;
}

function digits(value: number): string {
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString("en-US")
    : String(Number(value.toPrecision(3)));
}

function partsOf(key: string) {
  const end = key.indexOf(": ");
  return end === -1
    ? { system: "", measure: key }
    : { system: key.slice(0, end), measure: key.slice(end + 2) };
}

/** Columns under each other; all but the first to the right. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0
          ? `  ${cell.padEnd(width(0))}`
          : cell.padStart(width(column)),
      )
      .join("   "),
  );
}

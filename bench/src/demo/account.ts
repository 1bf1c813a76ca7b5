/** What the demo prints: what people do, the labels they see, and whether each check held. Colours only on a terminal. */

export interface Account {
  /** Before the first story. */
  heading(text: string): void;
  story(id: string, title: string): void;
  /** What somebody does, in one sentence. */
  tell(sentence: string): void;
  /** What a person reads on a screen. */
  screen(who: string, what: string, label: string): void;
  check(sentence: string, holds: boolean): void;
  /** A story that could not go on. */
  broke(reason: string): void;
  note(text: string): void;
  summary(
    stories: number,
    checks: number,
    failed: number,
    seconds: number,
  ): void;
}

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const width = 78;
const indent = "   ";

export function createAccount(output: Output, isPlain = false): Account {
  const hasColours = output.isTTY === true && !isPlain;
  const paint =
    (code: number): Paint =>
    (text) =>
      hasColours ? `\u001B[${code}m${text}\u001B[0m` : text;
  const bold = paint(1);
  const faint = paint(2);
  const red = paint(31);
  const green = paint(32);
  const cyan = paint(36);
  const line = (text = "") => void output.write(`${text}\n`);
  const block = (first: string, text: string, painted: Paint = plain) => {
    const [head = "", ...rest] = wrap(text, width - first.length);
    line(first + painted(head));
    for (const part of rest) line(" ".repeat(first.length) + painted(part));
  };
  const mark = (first: string, text: string, colour: Paint) => {
    const [head = "", ...rest] = wrap(text, width - indent.length - 2);
    line(`${indent}${colour(first)} ${head}`);
    for (const part of rest) line(`${indent}  ${part}`);
  };
  return {
    heading(text) {
      for (const part of wrap(text, width)) line(part);
    },
    story(id, title) {
      line();
      line(bold(`${id}  ${title}`));
    },
    tell: (sentence) => block(indent, sentence),
    screen(who, what, label) {
      const left = `${who}: ${what}`;
      line(`${indent}  ${faint(`▏${left.padEnd(36)}`)} ${cyan(label)}`);
    },
    check: (sentence, holds) =>
      mark(holds ? "✓" : "✗", sentence, holds ? green : red),
    broke: (reason) => mark("✗", `The story broke off: ${reason}`, red),
    note: (text) => block("", text, faint),
    summary(stories, checks, failed, seconds) {
      const counts = `${count(stories, "story", "stories")}, ${count(checks, "check", "checks")}, ${failed} failed`;
      line();
      line(
        bold((failed > 0 ? red : green)(`${counts}, ${seconds.toFixed(1)} s`)),
      );
    },
  };
}

function count(number: number, one: string, several: string): string {
  return `${number} ${number === 1 ? one : several}`;
}

type Paint = (text: string) => string;
const plain: Paint = (text) => text;

/** Breaks at spaces, so that no line is longer than a terminal is wide. */
function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(" ")) {
    if (current !== "" && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return [...lines, current];
}

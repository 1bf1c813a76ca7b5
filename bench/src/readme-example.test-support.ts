/** The README's examples: found by the comment before them, and run as they stand there. */
import { readFile } from "node:fs/promises";

const readme = new URL("../../README.md", import.meta.url);

export async function exampleOf(marker: string): Promise<string> {
  const text = await readFile(readme, "utf8");
  const [, after = ""] = text.split(`<!-- ${marker}`);
  const [, example = ""] = /```ts\n(.*?)```/s.exec(after) ?? [];
  return example;
}

/** Runs it as a module that finds these others. Gives back what it prints. */
export async function runExample(
  example: string,
  modules: Readonly<Record<string, object>>,
): Promise<readonly unknown[]> {
  const printed: unknown[] = [];
  const body = example.replaceAll(
    /^import (\{[^}]*\}) from ("[^"]+");$/gm,
    "const $1 = modules[$2];",
  );
  const { constructor } = Object.getPrototypeOf(async () => undefined);
  const run = Reflect.construct(constructor, ["modules", "console", body]);
  await Reflect.apply(run as () => Promise<void>, undefined, [
    modules,
    { log: (...values: unknown[]) => printed.push(...values) },
  ]);
  return printed;
}

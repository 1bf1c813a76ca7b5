/** A copy of the sources in a folder of its own, with what was built of them, where a mutation can be made, built and run. */
import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { applyEdit, type Mutation, type SourceEdit } from "./mutation.ts";

const workspaces = ["schema", "server", "client", "bench"];
const rootFiles = ["package.json", "tsconfig.base.json", "tsconfig.json"];

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
}

export class SourceCopy {
  readonly #directory: string;
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
    this.#directory = mkdtempSync(join(tmpdir(), "suture-mutant-"));
    for (const name of rootFiles)
      cpSync(join(root, name), join(this.#directory, name));
    for (const workspace of workspaces)
      cpSync(join(root, workspace), join(this.#directory, workspace), {
        recursive: true,
        preserveTimestamps: true,
        filter: (path) => !/[\\/](node_modules|data)$/.test(path),
      });
    this.#linkModules();
  }

  /** Answers with what undoes it. */
  apply({ edits }: Mutation): () => void {
    const before = new Map<string, string>();
    const undo = () => {
      for (const [path, text] of before) writeFileSync(path, text);
    };
    try {
      for (const edit of edits) {
        const path = join(this.#directory, edit.file);
        const text = readFileSync(path, "utf8");
        if (!before.has(path)) before.set(path, text);
        writeFileSync(path, applyEdit(text, edit));
      }
    } catch (cause) {
      undo();
      throw cause;
    }
    return undo;
  }

  get directory(): string {
    return this.#directory;
  }

  build(): Promise<Ended> {
    return this.#tsc("--build", "bench/tsconfig.build.json");
  }

  /** Writes the workspaces of these files to `dist` anew without checking types: that takes seconds, where a build takes minutes. */
  async emit(edits: readonly SourceEdit[]): Promise<Ended> {
    const stale = new Set(edits.map(({ file }) => file.split("/")[0] ?? ""));
    let ended: Ended = { exitCode: 0, stdout: "" };
    for (const workspace of stale)
      if (ended.exitCode === 0)
        ended = await this.#tsc(
          "--project",
          `${workspace}/tsconfig.build.json`,
          "--noCheck",
          ...["--composite", "false"],
          ...["--incremental", "false"],
          ...["--tsBuildInfoFile", "null"],
          ...["--declaration", "false"],
          ...["--declarationMap", "false"],
        );
    return ended;
  }

  simulate(options: readonly string[]): Promise<Ended> {
    return this.#node(["bench/dist/simulation/main.js", ...options]);
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true });
  }

  #tsc(...args: readonly string[]): Promise<Ended> {
    const tsc = join(this.#root, "node_modules/typescript/bin/tsc");
    return this.#node([tsc, ...args]);
  }

  #node(args: readonly string[]): Promise<Ended> {
    const child = spawn(process.execPath, args, {
      cwd: this.#directory,
      stdio: ["ignore", "pipe", "ignore"],
    });
    let stdout = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text: string) => void (stdout += text));
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (exitCode) => resolve({ exitCode, stdout }));
    });
  }

  #linkModules(): void {
    const modules = join(this.#directory, "node_modules");
    mkdirSync(join(modules, "@suture"), { recursive: true });
    for (const name of readdirSync(join(this.#root, "node_modules")))
      if (name !== "@suture" && !name.startsWith(".vite"))
        symlinkSync(
          join(this.#root, "node_modules", name),
          join(modules, name),
        );
    for (const workspace of workspaces)
      symlinkSync(
        join(this.#directory, workspace),
        join(modules, "@suture", workspace),
      );
  }
}

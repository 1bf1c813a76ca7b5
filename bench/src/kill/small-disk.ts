import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** A disk of a few MiB that can be filled to the last block. Needs a mount namespace of its own, and the right to mount in it. */
export class SmallDisk {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Throws where nothing can be mounted. */
  static mount(directory: string, sizeMiB: number): SmallDisk {
    mkdirSync(directory, { recursive: true });
    execFileSync("mount", [
      ...["-t", "tmpfs", "-o", `size=${sizeMiB}m`, "tmpfs"],
      directory,
    ]);
    return new SmallDisk(directory);
  }

  fill(): void {
    const file = openSync(this.#filler, "a");
    const block = new Uint8Array(4_096);
    try {
      for (;;) writeSync(file, block);
    } catch (cause) {
      const isFull =
        cause instanceof Error && "code" in cause && cause.code === "ENOSPC";
      if (!isFull) throw cause;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#filler);
  }

  get #filler(): string {
    return join(this.directory, "filler");
  }
}

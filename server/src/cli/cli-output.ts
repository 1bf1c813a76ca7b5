/** Where a command prints. `out` is what was asked for; `err` is what a person should know besides. */
export interface CliOutput {
  /** One line, without its end. */
  out(line: string): void;
  err(line: string): void;
}

/** 0: done, and all is well. 1: done, and something is wrong. 2: could not be done. */
export type ExitCode = 0 | 1 | 2;

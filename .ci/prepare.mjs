/**
 * Makes a checkout ready to use: installs what package-lock.json names, and builds what is out of date.
 *
 * Needs nothing but Node, since it runs before anything is installed. Does nothing, silently, when nothing is to be done.
 * Says what it does in one line on stderr, so that the output of a command stays its own.
 * Runs that start at the same moment take turns.
 *
 * Use: `node .ci/prepare.mjs` installs; `node .ci/prepare.mjs --build` also builds.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const workspaces = ["schema", "server", "client", "bench"];
const app = join("client", "web");
const cacheDir = join(root, ".cache");
const lockDir = join(cacheDir, "prepare.lock");
const lockOwnerFile = join(lockDir, "pid");
const builtStamp = join(cacheDir, "built");

/** Installs, and with `build` also builds. Throws an `Error` with a plain sentence when either fails. */
export function prepare({ build = false } = {}) {
  if (isInstalled() && !(build && isBuildStale())) return;
  withLock(() => {
    if (!isInstalled()) install();
    if (build && isBuildStale()) compile();
  });
}

function install() {
  say("Installing dependencies (npm ci)…");
  run("npm", ["ci", "--include=dev", "--no-audit", "--no-fund"], {
    failure: "Installing dependencies failed.",
    shell: process.platform === "win32",
  });
}

function compile() {
  say("Building (tsc --build, vite build)…");
  const startedAt = new Date();
  const projects = workspaces.map((name) => join(name, "tsconfig.build.json"));
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  run(process.execPath, [tsc, "--build", ...projects], {
    failure: "The build failed.",
  });
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  run(process.execPath, [vite, "build", app, "--logLevel", "warn"], {
    failure: "Building the app failed.",
  });
  writeFileSync(builtStamp, "");
  utimesSync(builtStamp, startedAt, startedAt);
}

/** Compares contents, not times: a branch switch that leaves the lock file equal must not reinstall. */
function isInstalled() {
  const wanted = readLock(join(root, "package-lock.json"));
  // npm writes this file last, so an interrupted install counts as none.
  const present = readLock(join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined) throw new Error("package-lock.json is missing.");
  if (present === undefined) return false;
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (!path.includes("node_modules/")) return true;
    const found = present.packages[path];
    if (found === undefined) return entry.optional === true;
    return (
      found.version === entry.version && found.integrity === entry.integrity
    );
  });
}

function readLock(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

function isBuildStale() {
  if (!existsSync(builtStamp)) return true;
  const builtAtMs = statSync(builtStamp).mtimeMs;
  const inputs = [
    "package.json",
    "package-lock.json",
    "tsconfig.base.json",
    ...["package.json", "index.html", "vite.config.ts", "src", "public"].map(
      (name) => join(app, name),
    ),
    ...workspaces.flatMap((name) => [
      join(name, "package.json"),
      join(name, "tsconfig.build.json"),
      join(name, "src"),
    ]),
  ];
  return (
    [...workspaces, app].some(
      (name) => !existsSync(join(root, name, "dist")),
    ) || inputs.some((path) => isNewer(join(root, path), builtAtMs))
  );
}

/** A directory is newer when anything in it is; its own time tells of files removed from it. */
function isNewer(path, thanMs) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (stat.mtimeMs >= thanMs) return true;
  return (
    stat.isDirectory() &&
    readdirSync(path).some((name) => isNewer(join(path, name), thanMs))
  );
}

/** Holds a directory that names its owner, so that a lock whose owner has died can be taken over. */
function withLock(work) {
  mkdirSync(cacheDir, { recursive: true });
  let hasSaidWaiting = false;
  while (!tryLock()) {
    if (!hasSaidWaiting) say("Waiting for another run to finish preparing…");
    hasSaidWaiting = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    work();
  } finally {
    rmSync(lockDir, { recursive: true, force: true });
  }
}

function tryLock() {
  try {
    mkdirSync(lockDir);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    if (isLockAbandoned()) rmSync(lockDir, { recursive: true, force: true });
    return false;
  }
  writeFileSync(lockOwnerFile, String(process.pid));
  return true;
}

function isLockAbandoned() {
  try {
    process.kill(Number(readFileSync(lockOwnerFile, "utf8")), 0);
    return false;
  } catch (error) {
    if (error.code === "ESRCH") return true;
    if (error.code !== "ENOENT") return false;
    // Between making the directory and naming its owner: give the owner five seconds.
    const stat = statSync(lockDir, { throwIfNoEntry: false });
    return stat !== undefined && Date.now() - stat.mtimeMs > 5_000;
  }
}

function run(command, args, { failure, shell = false }) {
  const result = spawnSync(command, args, {
    cwd: root,
    shell,
    // Both streams go to stderr: stdout belongs to the command that needed this.
    stdio: ["ignore", 2, 2],
  });
  if (result.error) throw new Error(failure, { cause: result.error });
  if (result.status !== 0) throw new Error(failure);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

/** For entry points: ends the process with the one sentence that explains it, instead of a stack. */
export function prepareOrExit(options) {
  try {
    prepare(options);
  } catch (error) {
    say(`${error.message}${error.cause ? ` ${error.cause.message}` : ""}`);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  prepareOrExit({ build: process.argv.includes("--build") });
}

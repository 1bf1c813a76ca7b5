/** A thread with bounded memory that runs a module of ours: the built one or, from sources, the same compiled as it is loaded. */
import { Worker } from "node:worker_threads";

const maxHeapMiB = 256;

/** `module` names the file without its ending, beside the importing module whose `import.meta.url` is given; it finds `data` as `workerData`. */
export function openWorker(
  module: string,
  besideUrl: string,
  data?: unknown,
): Worker {
  const isBuilt = besideUrl.endsWith(".js");
  const file = `${module}.${isBuilt ? "js" : "ts"}`;
  const loader = new URL("load-typescript.mjs", import.meta.url);
  const worker = new Worker(new URL(file, besideUrl), {
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB },
    ...(!isBuilt && {
      execArgv: ["--conditions=suture-source", "--import", loader.href],
    }),
  });
  // What keeps a server alive is its socket.
  worker.unref();
  // Every end is told by "exit"; the error before it has nothing to add.
  worker.on("error", () => undefined);
  return worker;
}

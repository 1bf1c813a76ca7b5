/** `@suture/client/testing`: a simulated world for tests of apps that stand on the SDK. For Node. */
export { createWorld, type WorldOptions } from "./testing/create-world.ts";
export { unfinished, World, type WorldImage } from "./testing/world.ts";
export type { WorldDevice } from "./testing/world-device.ts";
export type { WorldServer } from "./testing/world-server.ts";
export type {
  HttpAnswer,
  ServerInWorld,
  StartServer,
  UpgradeAnswer,
  UpgradeRequest,
} from "./testing/server-in-world.ts";
export type { MachineClock, ProcessRuntime } from "./testing/machine.ts";
export { SeededRandom } from "./testing/seeded-random.ts";
export { SimulatedTime } from "./testing/simulated-time.ts";

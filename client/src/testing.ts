/** `@suture/client/testing`: a simulated world for tests of apps that stand on the SDK. For Node. */
export { createWorld, type WorldOptions } from "./testing/create-world.ts";
export { unfinished, World, type WorldImage } from "./testing/world.ts";
export {
  endTokensSoon,
  tokenExpires,
  type TokenFault,
} from "./testing/token-fault.ts";
export type { WorldFault } from "./testing/world-fault.ts";
export type { WorldDevice } from "./testing/world-device.ts";
export type { WorldServer } from "./testing/world-server.ts";
export type {
  HttpAnswer,
  ServerInWorld,
  StartServer,
  UpgradeAnswer,
  UpgradeRequest,
} from "./testing/server-in-world.ts";
export type { ProcessRuntime } from "./testing/machine.ts";
export type { MachineClock } from "./testing/machine-clock.ts";
export {
  clockDrift,
  clockFaultNames,
  clockJumps,
  clockSkew,
  randomClockFault,
  type ClockFault,
} from "./testing/clock-faults.ts";
export {
  commitFails,
  crashesAt,
  diskFaultNames,
  diskFull,
  randomDiskFault,
  tornCommit,
  writeFails,
  type DiskFault,
} from "./testing/disk/disk-faults.ts";
export {
  damagedRow,
  damageNames,
  flippedBits,
  randomDamage,
  truncatedFile,
  type Damage,
} from "./testing/disk/damage.ts";
export type {
  DiskImage,
  SimulatedDisk,
} from "./testing/disk/simulated-disk.ts";
export {
  answerLost,
  busy,
  captivePortal,
  closesAtByte,
  halfOpen,
  lateFrames,
  lossy,
  networkFaultNames,
  offline,
  portalPage,
  randomNetworkFault,
  repeatedFrames,
  slow,
  stripsWebSocket,
  throttled,
  throttledTo,
  vpnExpires,
  type Direction,
  type NetworkFault,
  type NetworkFaultName,
} from "./testing/network/network-faults.ts";
export type {
  LinkEvent,
  SimulatedLink,
} from "./testing/network/simulated-link.ts";
export type { ChaosProxy } from "./testing/chaos-proxy/chaos-proxy.ts";
export {
  startChaosProxy,
  type ChaosProxyOptions,
} from "./testing/chaos-proxy/start-chaos-proxy.ts";
export { SeededRandom } from "./testing/seeded-random.ts";
export { SimulatedTime } from "./testing/simulated-time.ts";

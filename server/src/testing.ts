/** `@suture/server/testing`: a server for the simulated worlds of `@suture/client/testing`. */
export {
  simulatedServer,
  type ServerRuntime,
  type SimulatedServer,
  type SimulatedServerOptions,
} from "./testing/simulated-server.ts";

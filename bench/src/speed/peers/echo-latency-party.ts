/** The same as the floor's: what an echo forwards is the push itself. */
export { openParty } from "./floor-latency-party.ts";

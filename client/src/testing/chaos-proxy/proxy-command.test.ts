import { expect, test } from "vitest";

import {
  networkFaultNames,
  randomNetworkFault,
} from "../network/network-faults.ts";
import { SeededRandom } from "../seeded-random.ts";
import { readProxyCommand } from "./proxy-command.ts";

test("[WO-46] every fault there is can be said in a line", () => {
  const random = new SeededRandom("every fault");
  const said = new Set<string>();
  while (said.size < networkFaultNames.length) {
    const fault = randomNetworkFault(random);
    const { name, ...parameters } = fault;
    const json = JSON.stringify(parameters);
    const line = `fault ${name}${json === "{}" ? "" : ` ${json}`}`;
    expect(readProxyCommand(line)).toEqual({
      ok: true,
      value: { kind: "fault", fault },
    });
    said.add(name);
  }
});

test.each([
  "",
  "heal everything",
  "fault",
  "fault slow",
  "fault slow 5",
  'fault slow {"latencyMs": 1, "jitterMs": 1, "bytesPerSecond": 0}',
  'fault offline {"share": 0.1}',
  'fault closesAtByte {"byte": 1, "direction": "sideways"}',
  "fault lossy {",
])("[WO-46] %o is not understood, and it is said why", (line) => {
  expect(readProxyCommand(line)).toMatchObject({
    ok: false,
    error: expect.stringMatching(/^[A-Z].*/),
  });
});

import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

// Tests run straight from the sources of every workspace: no build to forget, no stale one to pass by mistake.
const conditions = ["suture-source", ...defaultServerConditions];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      "{schema,server,client,client/web,bench}/src/**/*.test.{ts,tsx}",
      "server/test/**/*.test.ts",
    ],
    environment: "node",
    // Vitest leaves one core to itself, which of two is half.
    maxWorkers: "100%",
    // Only what hangs is to fail by it: a machine that others use as well may be ten times slower than another.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

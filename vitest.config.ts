import { playwright } from "@vitest/browser-playwright";
import { defaultServerConditions } from "vite";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";

import { chromiumMissing, findChromium } from "./.ci/chromium.mjs";

const testsInBrowser = "client/{src,web/src}/**/*.browser.test.{ts,tsx}";

// Only what hangs is to fail by it: a machine that others use as well may be ten times slower than another.
const timeouts = { testTimeout: 120_000, hookTimeout: 120_000 };

// Tests run straight from the sources of every workspace: no build to forget, no stale one to pass by mistake.
const conditions = ["suture-source", ...defaultServerConditions];

const testsOfTheApp = "bench/src/browser/**/*.test.ts";

/** The app as it was built, in Chromium beside a real server, driven from Node. */
const app: TestProjectConfiguration = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: "app",
    include: [testsOfTheApp],
    environment: "node",
    ...timeouts,
  },
};

const node: TestProjectConfiguration = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: "node",
    include: [
      "{schema,server,client,client/web,bench}/src/**/*.test.{ts,tsx}",
      "server/test/**/*.test.ts",
    ],
    exclude: [testsInBrowser, testsOfTheApp],
    environment: "node",
    ...timeouts,
  },
};

function inChromium(executablePath: string): TestProjectConfiguration {
  return {
    resolve: { conditions: ["suture-source", "module", "development"] },
    // What pages load when they are opened: found only then, it would load the test again.
    optimizeDeps: {
      include: [
        "@tanstack/react-virtual",
        "react-aria-components",
        "react-dom/client",
        "react/jsx-dev-runtime",
        "wouter",
      ],
    },
    test: {
      name: "chromium",
      include: [testsInBrowser],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: { executablePath, args: ["--no-sandbox"] },
        }),
        instances: [{ browser: "chromium" }],
      },
      ...timeouts,
    },
  };
}

function projects(): TestProjectConfiguration[] {
  if (process.env.SUTURE_SKIP_BROWSER === "1") return [node];
  const executablePath = findChromium();
  if (executablePath !== undefined)
    return [node, inChromium(executablePath), app];
  process.stderr.write(`${chromiumMissing}\n`);
  process.exit(1);
}

export default defineConfig({
  test: {
    projects: projects(),
    // Vitest leaves one core to itself, which of two is half.
    maxWorkers: "100%",
  },
});

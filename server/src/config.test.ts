import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readConfig, settingRows } from "./config.ts";

test("[OP-1] without any variable every setting has its default", () => {
  const config = readConfig({ PATH: "/bin" });
  expect(config).toMatchObject({
    ok: true,
    value: {
      dataDir: "./data",
      host: "127.0.0.1",
      port: 8787,
      hasSample: true,
      logLevel: "info",
    },
  });
  expect(config.ok && config.value.publicUrl).toBe(undefined);
});

test("[OP-1] every problem is named at once, and no value is repeated", () => {
  const config = readConfig({
    SUTURE_PORT: "99999-planted",
    SUTURE_SAMPLE: "planted",
    SUTURE_PUBLIC_URL: "planted",
    SUTURE_LOG_LEVEL: "planted",
    SUTURE_PROT: "planted",
  });
  expect(config.ok).toBe(false);
  const problems = config.ok ? [] : config.error;
  expect(problems.map(({ name }) => name).toSorted()).toEqual([
    "SUTURE_LOG_LEVEL",
    "SUTURE_PORT",
    "SUTURE_PROT",
    "SUTURE_PUBLIC_URL",
    "SUTURE_SAMPLE",
  ]);
  expect(JSON.stringify(problems)).not.toContain("planted");
});

test("[OP-1] an empty variable counts as unset; words and numbers are read", () => {
  expect(
    readConfig({
      SUTURE_PORT: "0",
      SUTURE_SAMPLE: "off",
      SUTURE_DATA_DIR: "",
      SUTURE_PUBLIC_URL: "https://suture.example",
    }),
  ).toMatchObject({
    ok: true,
    value: {
      port: 0,
      hasSample: false,
      dataDir: "./data",
      publicUrl: "https://suture.example",
    },
  });
});

test.each(["docs/SPEC.md", "README.md"])(
  "[OP-1] %s lists every setting with its default, and no other",
  (name) => {
    const text = readFileSync(
      new URL(`../../${name}`, import.meta.url),
      "utf8",
    );
    const rows = text
      .split("\n")
      .map((line) => line.split("|").map((cell) => cell.trim()))
      .filter((cells) => cells[1]?.startsWith("`SUTURE_"));
    expect(rows).toEqual(
      settingRows().map(({ name: setting, defaultValue, description }) => [
        "",
        `\`${setting}\``,
        defaultValue,
        description,
        "",
      ]),
    );
  },
);

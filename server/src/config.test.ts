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

test("[OP-1] an external issuer needs both its settings, and https unless it is on this machine", () => {
  const read = (SUTURE_OIDC_ISSUER: string, SUTURE_OIDC_CLIENT_ID: string) => {
    const config = readConfig({ SUTURE_OIDC_ISSUER, SUTURE_OIDC_CLIENT_ID });
    return config.ok
      ? config.value.externalIssuer
      : config.error.map(({ name }) => name);
  };
  const issuer = "https://login.example/realms/clinic";
  expect(read(issuer, "suture")).toEqual({ issuer, clientId: "suture" });
  expect(read("http://127.0.0.1:3000", "suture")).toMatchObject({
    clientId: "suture",
  });
  expect(read("", "")).toBe(undefined);
  expect(read(issuer, "")).toEqual(["SUTURE_OIDC_CLIENT_ID"]);
  expect(read("", "suture")).toEqual(["SUTURE_OIDC_ISSUER"]);
  for (const wrong of [
    "http://login.example",
    "http://127.0.0.1.evil.example",
    "https://ann@login.example",
    "https://login.example/?tenant=1",
    "login.example",
  ])
    expect(read(wrong, "suture")).toEqual(["SUTURE_OIDC_ISSUER"]);
});

test("[OP-1] origins are a list, each an origin", () => {
  const read = (SUTURE_ALLOWED_ORIGINS: string) => {
    const config = readConfig({ SUTURE_ALLOWED_ORIGINS });
    return config.ok && config.value.allowedOrigins;
  };
  expect(read("https://a.example, http://b.example:8080")).toEqual([
    "https://a.example",
    "http://b.example:8080",
  ]);
  for (const wrong of ["*", "null", "https://a.example/path", "a,b"])
    expect(read(wrong)).toBe(false);
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

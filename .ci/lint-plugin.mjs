/**
 * Lint rules of this house that the linter itself cannot express.
 *
 * `house/one-way-imports`: schema ← client, schema ← server; only bench sees both. Inside the server
 * main → gateway → admission → { log, review, audit, identity }; the app (client/web) → react → the rest of the client.
 * `house/injected-runtime`: clock, timers, chance and environment are given by the entry points, never taken.
 */
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What each workspace may import of ours. */
const ours = {
  schema: [],
  server: ["schema"],
  client: ["schema"],
  "client/web": ["schema", "client"],
  bench: ["schema", "server", "client"],
};

/** Where a file lies, and what it must not reach. Every row that fits applies. */
const directions = [
  { from: /^server\/src\/gateway\//, not: /^server\/src\/(main|cli)\.ts$/ },
  {
    from: /^server\/src\/admission\//,
    not: /^server\/src\/(gateway\/|(main|cli)\.ts$)/,
  },
  {
    from: /^server\/src\/(log|review|audit|identity|store)\//,
    not: /^server\/src\/(gateway\/|admission\/|(main|cli)\.ts$)/,
  },
  {
    from: /^client\/src\/(?!react\/|index\.ts$|react\.ts$)/,
    not: /^client\/src\/react\//,
  },
  {
    from: /^client\/src\/(?!browser\/|browser\.ts$)/,
    not: /^client\/src\/browser\//,
  },
];

/** Code that must run in a browser, too; its tests need not. */
const portable =
  /^(schema\/src|client\/src\/(records|review|status|react|browser)|client\/web\/src)\/(?!.*\.(test|test-support|contract)\.tsx?$)/;
const nodeOnly = /^(node:.*|ws|better-sqlite3)$/;

/** Where clock, timers and chance are given; `bench` measures, so it takes its own. */
const givenRuntime = /^(schema|server|client|client\/web)\/src\//;
/** A test may let others have their turn: that takes no time of any clock. */
const tests = /\.(test|test-support|contract)\.tsx?$/;
/** Entry points and what they hand out. */
const compositionRoots =
  /^(client\/src\/node\.ts|.*\/(main|cli|system-[a-z-]+)\.tsx?)$/;
const environmentReaders = /\/(main|cli|config)\.ts$/;

const timers = new Set(["setTimeout", "setInterval"]);
const timersAndTurns = new Set([...timers, "setImmediate"]);
const takenMembers = new Map([
  ["Date.now", "Clock"],
  ["performance.now", "Clock"],
  ["process.hrtime", "Clock"],
  ["AbortSignal.timeout", "Timers"],
  ["Math.random", "Random"],
  ["crypto.randomUUID", "Random"],
  ["crypto.getRandomValues", "Random"],
]);
const takenImports = new Map([
  ["node:timers", "Timers"],
  ["node:timers/promises", "Timers"],
  ["node:perf_hooks", "Clock"],
]);
const chanceOfNode =
  /^(randomUUID|randomBytes|randomFill|randomFillSync|randomInt|getRandomValues|webcrypto)$/;

const oneWayImports = {
  meta: { type: "problem", schema: [] },
  create(context) {
    const from = pathInHouse(context.filename);
    const workspace = from.startsWith("client/web/")
      ? "client/web"
      : from.split("/")[0];
    if (!(workspace in ours)) return {};

    function check(node) {
      if (typeof node.source?.value !== "string") return;
      const message = refusal(from, workspace, node.source.value);
      if (message !== undefined) context.report({ node, message });
    }
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

function pathInHouse(path) {
  return relative(root, path).split(sep).join("/");
}

function refusal(from, workspace, specifier) {
  const named = /^@suture\/([a-z]+)/.exec(specifier)?.[1];
  if (named !== undefined && !ours[workspace].includes(named))
    return `\`${workspace}\` must not import \`@suture/${named}\`.`;
  if (portable.test(from) && nodeOnly.test(specifier))
    return `This code runs in browsers, too: it must not import \`${specifier}\`.`;
  if (!specifier.startsWith(".")) return undefined;

  const to = pathInHouse(resolve(root, dirname(from), specifier));
  if (!to.startsWith(`${workspace}/`) && !to.startsWith(".ci/"))
    return "Across workspaces, import by package name.";
  if (directions.some((row) => row.from.test(from) && row.not.test(to)))
    return `Imports point one way: \`${to}\` lies above this file.`;
  return undefined;
}

const injectedRuntime = {
  meta: { type: "problem", schema: [] },
  create(context) {
    const from = pathInHouse(context.filename);
    if (!givenRuntime.test(from)) return {};
    const isRoot = compositionRoots.test(from);
    const mayReadEnvironment = environmentReaders.test(from);
    const taken = tests.test(from) ? timers : timersAndTurns;

    function report(node, dependency) {
      const message = `Take \`${dependency}\` from \`deps\`: entry points alone hand out the clock, timers and chance.`;
      context.report({ node, message });
    }
    return {
      MemberExpression(node) {
        const member = memberName(node);
        if (member === "process.env" && !mayReadEnvironment)
          context.report({
            node,
            message: "Only entry points and `config.ts` read the environment.",
          });
        if (isRoot) return;
        if (takenMembers.has(member)) report(node, takenMembers.get(member));
        if (taken.has(member.replace(/^(globalThis|window|self)\./, "")))
          report(node, "Timers");
      },
      // Handed on as a value, too.
      Identifier(node) {
        if (isRoot || !taken.has(node.name)) return;
        const { parent } = node;
        if (parent.property !== node && parent.key !== node)
          report(node, "Timers");
      },
      CallExpression(node) {
        if (isRoot || node.callee.type !== "Identifier") return;
        if (node.callee.name === "Date") report(node, "Clock");
      },
      NewExpression(node) {
        if (isRoot || node.callee.type !== "Identifier") return;
        if (node.callee.name === "Date" && node.arguments.length === 0)
          report(node, "Clock");
      },
      ImportDeclaration(node) {
        if (isRoot || node.importKind === "type") return;
        const source = node.source.value;
        if (takenImports.has(source)) report(node, takenImports.get(source));
        if (source !== "node:crypto") return;
        for (const { imported } of node.specifiers)
          if (chanceOfNode.test(imported?.name ?? "")) report(node, "Random");
      },
    };
  },
};

/** `object.property` of a member access that names both, also through `globalThis`; else the empty string. */
function memberName({ object, property, computed }) {
  if (computed || property.type !== "Identifier") return "";
  if (object.type === "Identifier") return `${object.name}.${property.name}`;
  if (
    object.type === "MemberExpression" &&
    object.object.type === "Identifier" &&
    object.object.name === "globalThis" &&
    object.property.type === "Identifier"
  )
    return `${object.property.name}.${property.name}`;
  return "";
}

// The linter wants a plugin as its module's default export.
export default {
  meta: { name: "house" },
  rules: {
    "one-way-imports": oneWayImports,
    "injected-runtime": injectedRuntime,
  },
};

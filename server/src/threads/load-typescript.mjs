// For tests, which run from sources: lets a thread load them, as vitest does in its own. What is built needs none of it.
import { register } from "node:module";

register(new URL("compile-typescript.mjs", import.meta.url));

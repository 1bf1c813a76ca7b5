import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // Straight from the sources of the other workspaces, as tests are.
  resolve: { conditions: ["suture-source", ...defaultClientConditions] },
  worker: { format: "es" },
  build: { target: "es2023", sourcemap: true },
});

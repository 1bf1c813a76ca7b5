import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";

export default defineConfig({
  plugins: [
    react(),
    VitePWA({
      // A new version waits until somebody takes it. SPEC WB-23.
      registerType: "prompt",
      injectRegister: false,
      manifest: {
        name: "Suture",
        short_name: "Suture",
        description: "Clinics and equipment, with or without a network",
        theme_color: "#0b5681",
        background_color: "#f5f6f8",
        display: "standalone",
        start_url: "/",
        icons: [
          { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
          {
            src: "/icon-512.png",
            sizes: "512x512",
            type: "image/png",
            purpose: "any maskable",
          },
          { src: "/icon.svg", sizes: "any", type: "image/svg+xml" },
        ],
      },
      workbox: {
        // Everything, so that a page that was never opened works without a network. SPEC WB-22.
        globPatterns: ["**/*.{js,css,html,svg,png,wasm,webmanifest}"],
        maximumFileSizeToCacheInBytes: 8 * 1024 * 1024,
        navigateFallback: "/index.html",
        // The server's own pages and interface are not the app's.
        navigateFallbackDenylist: [
          /^\/v1\//,
          /^\/\.well-known\//,
          /^\/(sync|automerge|healthz|readyz)$/,
        ],
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  // Straight from the sources of the other workspaces, as tests are.
  resolve: { conditions: ["suture-source", ...defaultClientConditions] },
  worker: { format: "es" },
  build: { target: "es2023", sourcemap: true },
});

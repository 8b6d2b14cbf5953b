import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// The client is this repository's; an application of its own has it among its packages instead.
export default defineConfig({
  build: { modulePreload: { polyfill: false }, reportCompressedSize: false },
  resolve: {
    alias: {
      "spie-hub-client": here("../../typescript/src/index.ts"),
      oauth4webapi: here("node_modules/oauth4webapi"),
    },
  },
});

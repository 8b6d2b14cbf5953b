import { defineConfig } from "vite";
import { french } from "./french.js";

// The hub serves the page at /graphql and its files, named by their content, below /graphql/assets.
export default defineConfig({
  base: "/graphql/",
  plugins: [french()],
  build: { outDir: "../hub/pages/graphiql", emptyOutDir: true, chunkSizeWarningLimit: 5000, reportCompressedSize: false },
  worker: { format: "es" },
});

import { defineConfig } from "vite";

// The hub serves the page at /graphql and its files, named by their content, below /graphql/assets.
export default defineConfig({
  base: "/graphql/",
  build: { outDir: "../hub/pages/graphiql", emptyOutDir: true, chunkSizeWarningLimit: 5000, reportCompressedSize: false },
  worker: { format: "es" },
});

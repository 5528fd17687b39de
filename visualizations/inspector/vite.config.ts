import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));

/** One script and one style sheet, with names that the server knows. */
export default defineConfig({
  root: here,
  base: "./",
  publicDir: "public",
  build: {
    outDir: "built",
    target: "es2022",
    modulePreload: false,
    rollupOptions: {
      input: `${here}src/main.tsx`,
      output: { entryFileNames: "page.js", assetFileNames: "page[extname]" },
    },
  },
});

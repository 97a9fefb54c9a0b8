// Builds what the browser gets: one style sheet, one script for every page, one for pages with charts, the icons.
import { build } from "esbuild";
import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompressSync } from "node:zlib";

const run = promisify(execFile);
const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(here, "../static/keqiao/build");
const tailwind = createRequire(import.meta.url).resolve("@tailwindcss/cli/package.json");
const cli = path.join(path.dirname(tailwind), "dist/index.mjs");

await mkdir(out, { recursive: true });
await Promise.all([
  run(process.execPath, [cli, "-i", path.join(here, "app.css"), "-o", path.join(out, "app.css"), "--minify"]),
  build({
    entryPoints: { app: path.join(here, "app.js"), charts: path.join(here, "charts.js") },
    outdir: out,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome111", "firefox120", "safari16.4"],
    legalComments: "linked",
    logLevel: "warning",
  }),
  copyFile(path.join(here, "icons.svg"), path.join(out, "icons.svg")),
]);

for (const name of ["app.css", "app.js", "charts.js"]) {
  const content = await readFile(path.join(out, name));
  const kilobytes = (size) => `${(size / 1000).toFixed(1)} kB`;
  console.log(`${name}: ${kilobytes(content.length)}, compressed ${kilobytes(brotliCompressSync(content).length)}`);
}

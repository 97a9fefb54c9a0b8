// Builds the static files: Tailwind makes app.css from the templates, esbuild bundles app.js and charts.js.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../../../..");
const out = resolve(here, "../static/keqiao/build");
mkdirSync(out, { recursive: true });

execFileSync(
  process.execPath,
  [join(root, "node_modules/@tailwindcss/cli/dist/index.mjs"), "-i", join(here, "app.css"), "-o", join(out, "app.css"), "--minify"],
  { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
);
await build({
  entryPoints: ["app.js", "theme.js", "charts.js"].map((name) => join(here, name)),
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "linked",
  logLevel: "warning",
});

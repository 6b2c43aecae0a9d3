// Runs the client scenarios of the official conformance suite with a program as the client, and prints one JSON object:
// {"scenarios": {"<name>": {"kind": "required" | "extension", "passed", "failed", "warnings", "problems": ["<check>: <message>"]}}}
//
// Arguments: the program, specification revision, optional names of scenarios (default: all of the revision, and the extensions of authorization).
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const [program, revision, ...scenarios] = process.argv.slice(2);
const suite = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/@modelcontextprotocol/conformance/dist/index.js");

function run(args) {
  return new Promise((resolve) =>
    execFile(process.execPath, [suite, "client", "--command", program, "--timeout", "60000", ...args], { maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      resolve(stdout + stderr),
    ),
  );
}

// The results of auth/basic-cimd stand in auth/basic-cimd-<time>/checks.json.
const scenarioOf = (file) => dirname(relative(folder, file)).replace(/-\d{4}-\d\d-\d\dT[^/]*$/, "");

async function collect(results) {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.name !== "checks.json") continue;
    const file = join(entry.parentPath, entry.name);
    const checks = JSON.parse(await readFile(file, "utf8"));
    const having = (status) => checks.filter((check) => check.status === status);
    results[scenarioOf(file)] = {
      kind: extensions.has(scenarioOf(file)) ? "extension" : "required",
      passed: having("SUCCESS").length,
      failed: having("FAILURE").length,
      warnings: having("WARNING").length,
      problems: [...having("FAILURE"), ...having("WARNING")].map((check) => `${check.id}: ${check.errorMessage ?? check.description}`),
    };
  }
}

// Not the suite's own way to run them all, which is all at once: a machine of few cores then is too slow for every time limit.
async function runAll(queue) {
  let output = "";
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) output += await run([...next, "--output-dir", folder]);
  };
  await Promise.all([worker(), worker(), worker()]);
  return output;
}

// Lines such as "  - auth/basic-cimd [2025-11-25,2026-07-28]".
async function listAll() {
  const list = await new Promise((resolve) => execFile(process.execPath, [suite, "list", "--client"], (error, stdout) => resolve(stdout)));
  const all = [...list.matchAll(/^ *- (\S+) \[(.*)\]$/gm)].map(([, name, revisions]) => ({ name, revisions: revisions.split(",") }));
  const further = all.filter(({ name, revisions }) => name.startsWith("auth/") && revisions.includes("extension"));
  for (const { name } of further) extensions.add(name);
  return [
    ...all.filter(({ revisions }) => revisions.includes(revision)).map(({ name }) => ["--scenario", name, "--spec-version", revision]),
    ...further.map(({ name }) => ["--scenario", name]),
  ];
}

const folder = await mkdtemp(join(tmpdir(), "steward-conformance-"));
const results = {};
const extensions = new Set();
try {
  const output = await runAll(scenarios.length > 0 ? scenarios.map((name) => ["--scenario", name, "--spec-version", revision]) : await listAll());
  await collect(results);
  if (Object.keys(results).length === 0) throw new Error(`the suite reported nothing: ${output.slice(-2000)}`);
  console.log(JSON.stringify({ scenarios: results }));
} finally {
  await rm(folder, { recursive: true, force: true });
}

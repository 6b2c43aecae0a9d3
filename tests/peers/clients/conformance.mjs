// Runs the official conformance suite against a server and prints one JSON object:
// {"scenarios": {"<name>": {"passed", "failed", "warnings", "problems": ["<check>: <message>"]}}}
//
// Arguments: URL, specification revision, optional names of scenarios (default: all that the revision requires).
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [url, revision, ...scenarios] = process.argv.slice(2);
const suite = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/@modelcontextprotocol/conformance/dist/index.js");

function run(args) {
  return new Promise((resolve) =>
    execFile(process.execPath, [suite, "server", "--url", url, ...args], { maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    ),
  );
}

// A scenario's folder is called server-<scenario>-<time>.
const scenarioOf = (folder) => folder.replace(/^server-/, "").replace(/-\d{4}-\d\d-\d\dT.*$/, "");

async function collect(folder, results) {
  for (const name of await readdir(folder)) {
    const checks = JSON.parse(await readFile(join(folder, name, "checks.json"), "utf8"));
    const having = (status) => checks.filter((check) => check.status === status);
    const result = (results[scenarioOf(name)] ??= { passed: 0, failed: 0, warnings: 0, problems: [] });
    result.passed += having("SUCCESS").length;
    result.failed += having("FAILURE").length;
    result.warnings += having("WARNING").length;
    for (const check of [...having("FAILURE"), ...having("WARNING")]) result.problems.push(`${check.id}: ${check.errorMessage}`);
  }
}

const folder = await mkdtemp(join(tmpdir(), "steward-conformance-"));
const results = {};
try {
  let output = "";
  if (scenarios.length === 0) {
    output = (await run(["--requirements", revision, "--output-dir", folder])).output;
  }
  for (const scenario of scenarios) {
    output += (await run(["--scenario", scenario, "--spec-version", revision, "--output-dir", folder])).output;
  }
  await collect(folder, results);
  if (Object.keys(results).length === 0) throw new Error(`the suite reported nothing: ${output.slice(-2000)}`);
  console.log(JSON.stringify({ scenarios: results }));
} finally {
  await rm(folder, { recursive: true, force: true });
}

// Runs the official conformance suite against a server and prints one JSON object:
// {"scenarios": {"<name>": {"kind", "passed", "failed", "warnings", "problems": ["<check>: <message>"]}}}
//
// "kind" says what the scenario is to the revision: "required", or why it is not scored: "pending", "extension", ...
//
// Arguments: URL, specification revision, optional names of scenarios (default: all that the revision requires).
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const [url, revision, ...scenarios] = process.argv.slice(2);
const home = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/@modelcontextprotocol/conformance");

function run(args) {
  return new Promise((resolve) =>
    execFile(process.execPath, [join(home, "dist/index.js"), "server", "--url", url, ...args], { maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    ),
  );
}

// A scenario's folder is called server-<scenario>-<time>. One that the suite gave up has no checks in it.
const scenarioOf = (folder) => folder.replace(/^server-/, "").replace(/-\d{4}-\d\d-\d\dT.*$/, "");
const checksOf = (folder) =>
  readFile(join(folder, "checks.json"), "utf8").then(JSON.parse, () => [{ id: "suite", status: "FAILURE", errorMessage: "the suite gave the scenario up" }]);

async function collect(folder, kindOf, results) {
  for (const name of await readdir(folder)) {
    const checks = await checksOf(join(folder, name));
    const having = (status) => checks.filter((check) => check.status === status);
    const scenario = scenarioOf(name);
    const result = (results[scenario] ??= { kind: kindOf(scenario), passed: 0, failed: 0, warnings: 0, problems: [] });
    result.passed += having("SUCCESS").length;
    result.failed += having("FAILURE").length;
    result.warnings += having("WARNING").length;
    for (const check of [...having("FAILURE"), ...having("WARNING")]) result.problems.push(`${check.id}: ${check.errorMessage}`);
  }
}

async function readKinds() {
  const requirements = parse(await readFile(join(home, "requirements", `${revision}.yaml`), "utf8"));
  const unscored = new Map(requirements.not_scored.map(({ scenario, reason }) => [scenario, reason]));
  return (scenario) => (requirements.server.includes(scenario) ? "required" : (unscored.get(scenario) ?? "optional"));
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
  await collect(folder, await readKinds(), results);
  if (Object.keys(results).length === 0) throw new Error(`the suite reported nothing: ${output.slice(-2000)}`);
  console.log(JSON.stringify({ scenarios: results }));
} finally {
  await rm(folder, { recursive: true, force: true });
}

// What a client can want of a server, one feature after the other. Each says what went wrong by throwing.
//
// A session is {modern, call(name, args, options), request(method, params), on(method, handler), watch(uri), close()}:
// `call` takes {onprogress, signal, logLevel}; `watch` begins to listen for changed tools and for one resource, and returns how to end it.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

const patience = 60_000;
const watched = "test://watched-resource";

/** What the client answers to requests of the server. */
export const answers = {
  "elicitation/create": ({ mode }) => (mode === "url" ? { action: "accept" } : { action: "accept", content: { username: "ada", email: "ada@example.com" } }),
  "sampling/createMessage": ({ messages }) => ({
    role: "assistant",
    model: "none",
    content: { type: "text", text: `re: ${[messages].flat()[0].content.text}` },
  }),
  "roots/list": () => ({ roots: [{ uri: "file:///matrix", name: "matrix" }] }),
};

export const capabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: { listChanged: true } };

const text = (result) => result.content[0].text;

/** Resolves with what the session says by this notification, as soon as it fits. */
function hears(session, method, fits) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no ${method} within ${patience} ms`)), patience);
    session.on(method, (params) => {
      if (!fits(params)) return;
      clearTimeout(late);
      resolve(params);
    });
  });
}

export const features = {
  async call(session) {
    assert.equal(text(await session.call("echo", { text: "grüß Gott ☃" })), "grüß Gott ☃");
  },
  async progress(session) {
    const steps = [];
    await session.call("progress_steps", {}, { onprogress: ({ progress }) => steps.push(progress) });
    // The last one may overtake the result inside of a client that handles messages concurrently.
    assert.deepEqual(steps.slice(0, 2), [1, 2]);
  },
  async cancel(session) {
    const label = `matrix-${process.pid}-${Math.random()}`;
    const abort = new AbortController();
    const call = session.call("sleep", { ms: 600_000, label }, { signal: abort.signal }).then(
      () => assert.fail("the call was not cancelled"),
      () => {},
    );
    const lists = async (tool) => {
      const until = Date.now() + patience / 2;
      while (!JSON.parse(text(await session.call(tool, {}))).includes(label)) {
        assert.ok(Date.now() < until, `the server does not list it as ${tool}`);
        await pause(50);
      }
    };
    await lists("begun"); // a cancellation that overtakes its request cancels nothing
    abort.abort("no longer wanted");
    await call;
    await lists("cancelled");
  },
  async elicitation(session) {
    const said = text(await session.call("ask_elicitation", { message: "Who are you?" }));
    assert.match(said, /action=accept/);
    assert.match(said, /ada@example\.com/);
  },
  async "elicitation (url)"(session) {
    assert.match(text(await session.call("ask_url", {})), /action=accept/);
  },
  async sampling(session) {
    assert.match(text(await session.call("ask_sampling", { prompt: "ping" })), /re: ping/);
  },
  async roots(session) {
    assert.match(text(await session.call("ask_roots", {})), /file:\/\/\/matrix/);
  },
  async log(session) {
    if (!session.modern) await session.request("logging/setLevel", { level: "info" });
    const heard = hears(session, "notifications/message", ({ data }) => data === "logged by the matrix");
    await session.call("log", { level: "warning", text: "logged by the matrix" }, { logLevel: "info" });
    await heard;
  },
  async subscribe(session) {
    const end = await session.watch(watched);
    const heard = hears(session, "notifications/resources/updated", ({ uri }) => uri === watched);
    const [revision] = text(await session.call("update_resource", {})).match(/\d+/);
    await heard;
    const { contents } = await session.request("resources/read", { uri: watched });
    assert.ok(Number(contents[0].text.match(/\d+/)[0]) >= Number(revision), "the resource is an old one");
    await end();
  },
  async list_changed(session) {
    const end = await session.watch(watched);
    const name = `added_${Math.random().toString(36).slice(2)}`;
    const heard = hears(session, "notifications/tools/list_changed", () => true);
    await session.call("add_tool", { name });
    await heard;
    // What was heard may be of the change before.
    while (!(await session.request("tools/list", {})).tools.some((tool) => tool.name === name)) await pause(50);
    await session.call("remove_tool", { name });
    await end();
  },
  async completion(session) {
    const ref = { type: "ref/prompt", name: "test_prompt_with_arguments" };
    const { completion } = await session.request("completion/complete", { ref, argument: { name: "arg1", value: "par" } });
    assert.deepEqual(completion.values, ["paris", "park", "party"]);
  },
  async "5 MB result"(session) {
    assert.equal(text(await session.call("big", { bytes: 5 << 20 })).length, 5 << 20);
  },
  async binary(session) {
    const { contents } = await session.request("resources/read", { uri: "test://static-binary" });
    assert.deepEqual([...Buffer.from(contents[0].blob, "base64").subarray(1, 4)], [0x50, 0x4e, 0x47]);
  },
  async error(session) {
    const error = await session.call("fail_with_array", {}).then(
      () => assert.fail("no error"),
      (error) => error,
    );
    assert.equal(error.code, -32050);
    assert.match(error.message, /failed as asked/);
    assert.deepEqual(error.data, ["first", { second: 2 }]);
  },
};

/**
 * Tries the features at each server, the servers side by side; prints {"<server>": {"<feature>": "ok" | "<what went wrong>"}}.
 * Options: {"servers": {"<server>": "<url>"}, "only": ["<feature>"], "except": ["<feature>"]}; the last two may be left out.
 */
export async function run({ servers, only, except = [] }, connect) {
  const wanted = Object.entries(features).filter(([name]) => (!only || only.includes(name)) && !except.includes(name));
  const results = {};
  await Promise.all(
    Object.entries(servers).map(async ([name, url]) => {
      results[name] = await visit(wanted, () => connect(new URL(url)));
    }),
  );
  process.stdout.write(JSON.stringify(results) + "\n");
  process.exit(0);
}

async function visit(wanted, connect) {
  const cells = {};
  try {
    const session = await limited(connect());
    for (const [feature, check] of wanted) {
      cells[feature] = await limited(check(session)).then(
        () => "ok",
        (error) => error.message,
      );
    }
    await limited(session.close()).catch(() => {}); // everything was seen already
  } catch (error) {
    cells.connect = error.message;
  }
  return cells;
}

function limited(work) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error("no end in sight")), patience);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

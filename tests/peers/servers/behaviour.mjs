// What the test servers do, whichever SDK they are built on. The C# fixture has tools of the same names.
//
// A call gets a context: {report(progress, total), log(level, data), ask(key, method, params), changed(what, uri), fail(code, message, data), signal}
import { setTimeout as pause } from "node:timers/promises";

export const watched = "test://watched-resource";
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const words = ["paris", "park", "party", "test"];

const added = new Set();
const begun = [];
const cancelled = [];
let revision = 0;

const text = (value) => ({ content: [{ type: "text", text: value }] });
const form = { type: "object", properties: { username: { type: "string" }, email: { type: "string" } }, required: ["username", "email"] };

const tools = {
  echo: (args) => text(args.text),
  async progress_steps(args, context) {
    for (const step of [1, 2, 3]) {
      await context.report(step, 3);
      await pause(20);
    }
    return text("3 steps");
  },
  async sleep(args, context) {
    begun.push(args.label);
    try {
      await pause(args.ms ?? 60_000, null, { signal: context.signal });
      return text("slept");
    } catch (error) {
      cancelled.push(args.label);
      throw error;
    }
  },
  begun: () => text(JSON.stringify(begun)),
  cancelled: () => text(JSON.stringify(cancelled)),
  async ask_elicitation(args, context) {
    const answer = await context.ask("answer", "elicitation/create", { mode: "form", message: args.message, requestedSchema: form });
    return text(`User response: action=${answer.action}, content=${JSON.stringify(answer.content)}`);
  },
  async ask_url(args, context) {
    const answer = await context.ask("page", "elicitation/create", {
      mode: "url",
      message: "Please sign in",
      url: "https://example.com/sign-in",
      ...(context.legacy && { elicitationId: "page" }),
    });
    return text(`User response: action=${answer.action}`);
  },
  async ask_sampling(args, context) {
    const messages = [{ role: "user", content: { type: "text", text: args.prompt } }];
    const answer = await context.ask("answer", "sampling/createMessage", { messages, maxTokens: 100 });
    return text(`LLM response: ${answer.content.text}`);
  },
  async ask_roots(args, context) {
    return text(JSON.stringify((await context.ask("roots", "roots/list", {})).roots));
  },
  async log(args, context) {
    await context.log(args.level, args.text);
    return text("logged");
  },
  async add_tool(args, context) {
    added.add(args.name);
    await context.changed("tools");
    return text(`added ${args.name}`);
  },
  async remove_tool(args, context) {
    added.delete(args.name);
    await context.changed("tools");
    return text(`removed ${args.name}`);
  },
  async update_resource(args, context) {
    revision++;
    await context.changed("resource", watched);
    return text(`revision ${revision}`);
  },
  big: (args) => text("x".repeat(args.bytes)),
  fail_with_array: (args, context) => context.fail(-32050, "failed as asked", ["first", { second: 2 }]),
};

export const capabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};

export const info = (sdk) => ({ name: `steward-${sdk}-server`, version: "1.0.0" });

const handlers = {
  "tools/list": () => ({ tools: [...Object.keys(tools), ...added].map((name) => ({ name, description: name, inputSchema: { type: "object" } })) }),
  "tools/call": (params, context) => {
    const tool = tools[params.name];
    return tool ? tool(params.arguments ?? {}, context) : context.fail(-32602, `Unknown tool: ${params.name}`);
  },
  "prompts/list": () => ({ prompts: [{ name: "test_prompt_with_arguments", arguments: [{ name: "arg1", required: true }] }] }),
  "prompts/get": (params) => ({ messages: [{ role: "user", content: { type: "text", text: `arg1='${params.arguments?.arg1}'` } }] }),
  "resources/list": () => ({
    resources: [
      { uri: "test://static-binary", name: "static-binary", mimeType: "image/png" },
      { uri: watched, name: "watched-resource", mimeType: "text/plain" },
    ],
  }),
  "resources/templates/list": () => ({ resourceTemplates: [] }),
  "resources/read": ({ uri }, context) => {
    if (uri === watched) return { contents: [{ uri, mimeType: "text/plain", text: `revision ${revision}` }] };
    if (uri === "test://static-binary") return { contents: [{ uri, mimeType: "image/png", blob: pixel }] };
    return context.fail(context.legacy ? -32002 : -32602, `Resource not found: ${uri}`, { uri });
  },
  "completion/complete": (params) => {
    const values = words.filter((word) => word.startsWith(params.argument.value));
    return { completion: { values, total: values.length, hasMore: false } };
  },
};

/** The methods that every server answers, by handlers of (params, context). */
export default handlers;

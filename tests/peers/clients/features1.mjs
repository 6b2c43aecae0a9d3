// Runs the features of the matrix with version 1 of the official TypeScript SDK. Argument: the options of `run` in features.mjs.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { answers, capabilities, run } from "./features.mjs";

async function connect(url) {
  const client = new Client({ name: "ts1", version: "1.0.0" }, { capabilities });
  const listeners = new Map();
  client.fallbackRequestHandler = async ({ method, params }) => answers[method](params ?? {});
  client.fallbackNotificationHandler = async ({ method, params }) => listeners.get(method)?.(params ?? {});
  const transport = new StreamableHTTPClientTransport(url);
  await client.connect(transport);
  const request = (method, params, options) => client.request({ method, params }, ResultSchema, options);
  return {
    modern: false,
    request,
    call: (name, args, { onprogress, signal } = {}) => request("tools/call", { name, arguments: args }, { onprogress, signal }),
    on: (method, handler) => listeners.set(method, handler),
    async watch(uri) {
      await request("resources/subscribe", { uri });
      return () => request("resources/unsubscribe", { uri });
    },
    async close() {
      await transport.terminateSession();
      await client.close();
    },
  };
}

await run(JSON.parse(process.argv[2]), connect);

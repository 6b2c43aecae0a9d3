// Runs the features of the matrix with version 2 of the official TypeScript SDK.
// Arguments: the options of `run` in features.mjs, and "legacy", "modern" or "auto": how the client negotiates the revision.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { answers, capabilities, run } from "./features.mjs";

const [options, era] = process.argv.slice(2);
const mode = era === "modern" ? { pin: "2026-07-28" } : era;

async function connect(url) {
  const client = new Client({ name: `ts2-${era}`, version: "1.0.0" }, { capabilities, versionNegotiation: { mode } });
  for (const [method, answer] of Object.entries(answers)) client.setRequestHandler(method, ({ params }) => answer(params ?? {}));
  const transport = new StreamableHTTPClientTransport(url);
  await client.connect(transport);
  const modern = client.getProtocolEra() === "modern";
  const request = (method, params, options) => client.request({ method, params }, options);
  return {
    modern,
    request,
    call(name, args, { onprogress, signal, logLevel } = {}) {
      const meta = modern && logLevel ? { _meta: { "io.modelcontextprotocol/logLevel": logLevel } } : {};
      return client.callTool({ name, arguments: args, ...meta }, { onprogress, signal });
    },
    on: (method, handler) => client.setNotificationHandler(method, ({ params }) => handler(params ?? {})),
    async watch(uri) {
      if (modern) {
        const subscription = await client.listen({ toolsListChanged: true, resourceSubscriptions: [uri] });
        return () => subscription.close();
      }
      await request("resources/subscribe", { uri });
      return () => request("resources/unsubscribe", { uri });
    },
    async close() {
      await transport.terminateSession();
      await client.close();
    },
  };
}

await run(JSON.parse(options), connect);

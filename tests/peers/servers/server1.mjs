// A server of the legacy era on version 1 of the official TypeScript SDK.
//
// Argument: "stdio" (default), or "web": Streamable HTTP at /mcp and HTTP+SSE at /sse, on the address that it prints.
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { McpError, ResultSchema } from "@modelcontextprotocol/sdk/types.js";
import handlers, { capabilities, info } from "./behaviour.mjs";
import { Sessions, listen } from "./hosting.mjs";

const levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];
const connected = new Map(); // every server that has a client: the URIs that it subscribed to

function connect(transport) {
  const server = new Server(info("ts1"), { capabilities });
  const subscriptions = new Set();
  let threshold = "debug";
  server.fallbackRequestHandler = async ({ method, params }, extra) => {
    if (method === "resources/subscribe") return subscriptions.add(params.uri), {};
    if (method === "resources/unsubscribe") return subscriptions.delete(params.uri), {};
    if (method === "logging/setLevel") return (threshold = params.level), {};
    if (!handlers[method]) throw new McpError(-32601, `Method not found: ${method}`);
    return await handlers[method](params, contextOf(params, extra));
  };
  server.removeRequestHandler("logging/setLevel");

  const contextOf = (params, extra) => ({
    legacy: true,
    signal: extra.signal,
    report: async (progress, total) => {
      const progressToken = params._meta?.progressToken;
      if (progressToken !== undefined) await extra.sendNotification({ method: "notifications/progress", params: { progressToken, progress, total } });
    },
    log: async (level, data) => {
      if (levels.indexOf(level) >= levels.indexOf(threshold)) await extra.sendNotification({ method: "notifications/message", params: { level, data } });
    },
    ask: (key, method, params) => extra.sendRequest({ method, params }, ResultSchema),
    changed,
    fail: (code, message, data) => {
      const error = new McpError(code, message, data);
      error.message = message; // without the prefix that the class puts before it
      throw error;
    },
  });

  connected.set(server, subscriptions);
  server.onclose = () => connected.delete(server);
  return server.connect(transport);
}

async function changed(what, uri) {
  for (const [server, subscriptions] of connected) {
    if (what === "tools") await server.sendToolListChanged();
    else if (subscriptions.has(uri)) await server.sendResourceUpdated({ uri });
  }
}

if (process.argv[2] !== "web") {
  await connect(new StdioServerTransport());
} else {
  const sessions = new Sessions(StreamableHTTPServerTransport, connect);
  const streams = new Map();
  listen(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    if (url.pathname === "/mcp") {
      await sessions.handle(request, response);
    } else if (url.pathname === "/sse") {
      const transport = new SSEServerTransport("/messages", response);
      streams.set(transport.sessionId, transport);
      response.on("close", () => streams.delete(transport.sessionId));
      await connect(transport);
    } else if (streams.has(url.searchParams.get("sessionId"))) {
      await streams.get(url.searchParams.get("sessionId")).handlePostMessage(request, response);
    } else {
      response.writeHead(404).end();
    }
  });
}

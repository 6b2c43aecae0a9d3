// A server on version 2 of the official TypeScript SDK.
//
// Arguments: "stdio" (default), or "web": Streamable HTTP at /mcp on the address that it prints;
//            "legacy", "modern", or "both" (default): the revisions that it speaks.
import { NodeStreamableHTTPServerTransport, toNodeHandler, toWebRequest } from "@modelcontextprotocol/node";
import { ProtocolError, Server, createMcpHandler, inputRequired, isLegacyRequest } from "@modelcontextprotocol/server";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import handlers, { capabilities, info } from "./behaviour.mjs";
import { Sessions, listen } from "./hosting.mjs";

const [where = "stdio", era = "both"] = process.argv.slice(2);
const connected = new Map(); // every server that has a client for longer than a request: the URIs that it subscribed to
let streams; // the open subscriptions/listen streams of Streamable HTTP

class InputNeeded {
  constructor(inputRequests) {
    this.inputRequests = inputRequests;
  }
}

function create(legacy) {
  const server = new Server(info("ts2"), { capabilities });
  const subscriptions = new Set();
  for (const [method, handle] of Object.entries(handlers)) {
    server.setRequestHandler(method, async ({ params }, { mcpReq }) => {
      try {
        return await handle(params ?? {}, contextOf(params ?? {}, mcpReq, legacy));
      } catch (error) {
        if (error instanceof InputNeeded) return inputRequired({ inputRequests: error.inputRequests });
        throw error;
      }
    });
  }
  if (legacy) {
    server.setRequestHandler("resources/subscribe", ({ params }) => (subscriptions.add(params.uri), {}));
    server.setRequestHandler("resources/unsubscribe", ({ params }) => (subscriptions.delete(params.uri), {}));
  }
  if (legacy || where === "stdio") connected.set(server, subscriptions);
  server.onclose = () => connected.delete(server);
  return server;
}

const contextOf = (params, mcpReq, legacy) => ({
  legacy,
  signal: mcpReq.signal,
  report: async (progress, total) => {
    const progressToken = params._meta?.progressToken;
    if (progressToken !== undefined) await mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, total } });
  },
  log: (level, data) => mcpReq.log(level, data),
  ask: (key, method, asked) => {
    const answer = mcpReq.inputResponses?.[key];
    if (!answer) throw new InputNeeded({ [key]: { method, params: asked } });
    return answer;
  },
  changed,
  fail: (code, message, data) => {
    throw new ProtocolError(code, message, data);
  },
});

async function changed(what, uri) {
  if (what === "tools") streams?.toolsChanged();
  else streams?.resourceUpdated(uri);
  for (const [server, subscriptions] of connected) {
    if (what === "tools") await server.sendToolListChanged();
    else if (subscriptions.has(uri) || (where === "stdio" && era !== "legacy")) await server.sendResourceUpdated({ uri });
  }
}

if (where !== "web") {
  if (era === "legacy") await create(true).connect(new StdioServerTransport());
  else serveStdio((context) => create(context.era === "legacy"), { legacy: era === "modern" ? "reject" : "serve" });
} else {
  const sessions = new Sessions(NodeStreamableHTTPServerTransport, (transport) => create(true).connect(transport));
  const modern = createMcpHandler(() => create(false), { legacy: "reject" });
  const handleModern = toNodeHandler(modern);
  streams = modern.notify;
  listen(async (request, response) => {
    if (era === "legacy") return await sessions.handle(request, response);
    if (era === "modern") return await handleModern(request, response);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length ? JSON.parse(Buffer.concat(chunks)) : undefined;
    if (await isLegacyRequest(await toWebRequest(request, body))) await sessions.handle(request, response, body);
    else await handleModern(request, response, body);
  });
}

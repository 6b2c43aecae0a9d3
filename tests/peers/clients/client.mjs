// The official TypeScript client, driven by JSON lines.
//
// Argument: {"url" | "command"+"args"+"env", "name", "capabilities", "answers": {"<server request>": <result>}, "headers",
//            "transport": "http" | "sse" | "ws", with a url}
// stdin:    {"tag", "method", "params"}        a request; answered by a "result" or "error" event with the same tag
//           {"cancel": "<tag>", "reason"}      cancels it
//           {"notify": "<method>", "params"}   a notification
//           {"close": true}, or end of input   ends the session
// stdout:   {"event": "connected" | "received" | "result" | "error" | "trouble" | "closed", ...}
//
// "received" shows every message in the order in which the transport delivered it, before the client's session layer,
// which handles messages concurrently, gets to see it.
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { WebSocketClientTransport } from "@modelcontextprotocol/sdk/client/websocket.js";
import { ResultSchema } from "@modelcontextprotocol/sdk/types.js";

const options = JSON.parse(process.argv[2]);
const pending = new Map();
const emit = (event, fields) => process.stdout.write(JSON.stringify({ event, ...fields }) + "\n");

const connectors = {
  http: (url) => new StreamableHTTPClientTransport(url, { requestInit: { headers: options.headers ?? {} } }),
  sse: (url) => new SSEClientTransport(url, { requestInit: { headers: options.headers ?? {} } }),
  ws: (url) => new WebSocketClientTransport(url),
};
const transport = options.url
  ? connectors[options.transport ?? "http"](new URL(options.url))
  : new StdioClientTransport({
      command: options.command,
      args: options.args ?? [],
      env: { ...getDefaultEnvironment(), ...options.env },
      stderr: "inherit",
    });
const client = new Client({ name: options.name ?? "ts-client", version: "1.0.0" }, { capabilities: options.capabilities ?? {} });

client.onerror = (error) => {
  // Callers choose their own progress tokens, which the client library does not know.
  if (!error.message.includes("unknown token")) emit("trouble", { message: error.message });
};
client.fallbackRequestHandler = async (request) => {
  const answer = options.answers?.[request.method];
  if (!answer) throw new Error(`no answer prepared for ${request.method}`);
  return answer;
};

await client.connect(transport);
const deliver = transport.onmessage;
transport.onmessage = (message, extra) => {
  emit("received", { message });
  deliver(message, extra);
};
emit("connected", {
  session: transport.sessionId ?? null,
  protocol: transport.protocolVersion ?? null,
  server: client.getServerVersion(),
  capabilities: client.getServerCapabilities(),
});

async function request({ tag, method, params }) {
  const abort = new AbortController();
  pending.set(tag, abort);
  try {
    const result = await client.request({ method, params }, ResultSchema, { signal: abort.signal, timeout: 600_000 });
    emit("result", { tag, result });
  } catch (error) {
    emit("error", { tag, code: error.code ?? null, message: error.message, data: error.data ?? null });
  } finally {
    pending.delete(tag);
  }
}

async function close() {
  if (transport.terminateSession) await transport.terminateSession().catch((error) => emit("trouble", { message: error.message }));
  await client.close();
  emit("closed", {});
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.close) break;
  else if (command.cancel) pending.get(command.cancel)?.abort(command.reason ?? "no longer wanted");
  else if (command.notify) await client.notification({ method: command.notify, params: command.params });
  else void request(command);
}
await close();
process.exit(0);

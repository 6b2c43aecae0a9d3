// Sessions of Streamable HTTP up to revision 2025-11-25, for either SDK's transport.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";

/** Serves requests on a free port of 127.0.0.1, prints the address, and ends with the input. */
export function listen(handle) {
  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });
  // The default of 5 s would be a test of how busy the machine is: it can meet a request that is on its way.
  server.keepAliveTimeout = 120_000;
  server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
  process.stdin.on("end", () => process.exit(0)).resume();
}

/** A session per `initialize`, each with a server of its own. */
export class Sessions {
  #sessions = new Map();
  #Transport;
  #connect;

  constructor(Transport, connect) {
    this.#Transport = Transport;
    this.#connect = connect;
  }

  async handle(request, response, body) {
    const id = request.headers["mcp-session-id"];
    if (id && !this.#sessions.has(id)) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end('{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}');
      return;
    }
    await (this.#sessions.get(id) ?? (await this.#begin())).handleRequest(request, response, body);
  }

  async #begin() {
    const transport = new this.#Transport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void this.#sessions.set(id, transport),
    });
    transport.onclose = () => void this.#sessions.delete(transport.sessionId);
    await this.#connect(transport);
    return transport;
  }
}

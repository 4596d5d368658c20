import { metricsText } from "./_metrics_text.ts";
import { parseListenAddress } from "./_target.ts";
import type { GatewaySnapshot } from "./view.ts";

/** Serves `/metrics` and `/health`. */
export class StatusServer implements AsyncDisposable {
  /** Where it listens. */
  readonly address: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** Starts one on an address such as `127.0.0.1:9090`. */
  constructor(address: string, snapshot: () => GatewaySnapshot) {
    const { host, port } = parseListenAddress(address);
    this.#server = Deno.serve(
      { hostname: host, port, onListen() {} },
      (request) => answer(new URL(request.url).pathname, snapshot()),
    );
    const { addr } = this.#server;
    this.address = `${addr.hostname}:${addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function answer(path: string, snapshot: GatewaySnapshot): Response {
  switch (path) {
    case "/metrics":
      return new Response(metricsText(snapshot), {
        headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
      });
    case "/health": {
      const reason = whyUnhealthy(snapshot);
      return reason === undefined
        ? Response.json({ health: "true" })
        : Response.json({ health: "false", reason }, { status: 503 });
    }
    default:
      return new Response("Not found\n", { status: 404 });
  }
}

function whyUnhealthy(snapshot: GatewaySnapshot): string | undefined {
  if (snapshot.state !== "serving") return snapshot.state;
  const active = snapshot.endpoints.some(({ state }) => state === "active");
  return active ? undefined : "no endpoint is active";
}

import { UnavailableError } from "../errors/specific_errors.ts";
import { metricsText } from "./_metrics_text.ts";
import { joinAddress, type ListenAddress } from "./_target.ts";
import type { GatewaySnapshot } from "./view.ts";

/** Serves `/metrics` and `/health`. */
export class StatusServer implements AsyncDisposable {
  /** Where it listens. */
  readonly address: string;
  /** What there is to tell; nothing while the gateway still starts. */
  snapshot: (() => GatewaySnapshot) | undefined;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /**
   * Starts one.
   *
   * @throws {UnavailableError} If the address is taken or not of this machine.
   */
  constructor({ host, port }: ListenAddress) {
    try {
      this.#server = Deno.serve(
        { hostname: host, port, onListen() {} },
        (request) =>
          answer(URL.parse(request.url)?.pathname, this.snapshot?.()),
      );
    } catch (cause) {
      throw new UnavailableError(
        `Cannot serve metrics on ${joinAddress(host, port)}: ${
          (cause as Error).message
        }`,
        { code: "unavailable", cause },
      );
    }
    const { addr } = this.#server;
    this.address = joinAddress(addr.hostname, addr.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function answer(
  path: string | undefined,
  snapshot: GatewaySnapshot | undefined,
): Response {
  switch (path) {
    case "/metrics":
      if (snapshot === undefined) return new Response(null, { status: 503 });
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

function whyUnhealthy(
  snapshot: GatewaySnapshot | undefined,
): string | undefined {
  if (snapshot === undefined) return "starting";
  if (snapshot.state !== "serving") return snapshot.state;
  const active = snapshot.endpoints.some(({ state }) => state === "active");
  return active ? undefined : "no endpoint is active";
}

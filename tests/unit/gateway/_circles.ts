import { assert, assertEquals } from "@std/assert";
import { freePorts } from "../../harness/_ports.ts";
import { waitFor } from "../../harness/mod.ts";
import { type LoggedGateway, startGateway } from "./_log.ts";
import { connectTo, echo, readText, TcpPeer } from "../support/_tcp_peer.ts";

/** Beside whatever else the machine does. */
const PATIENCE = { timeoutMs: 30_000 };

/** Waits until a gateway passes a client on to a member that says `a`. */
export async function untilServed(address: string): Promise<void> {
  await waitFor("a member", async () => {
    try {
      using client = await connectTo(address);
      // One that goes round has no answer.
      const giveUp = setTimeout(() => client.closeWrite().catch(() => {}), 500);
      const answer = await readText(client, 1);
      clearTimeout(giveUp);
      return answer === "a";
    } catch {
      // Closed when the circle was found out.
      return false;
    }
  }, PATIENCE);
}

/** So many gateways in a circle: that is found out, and all go on to serve. */
export async function circle(
  count: number,
  options: { readonly clientSays: string },
): Promise<void> {
  await using peer = new TcpPeer(echo("a"));
  const ports = await freePorts(count);
  await using stack = new AsyncDisposableStack();
  const gateways: LoggedGateway[] = [];
  for (const [n, port] of ports.entries()) {
    const next = ports[(n + 1) % count];
    gateways.push(stack.use(
      await startGateway({
        listen: `127.0.0.1:${port}`,
        endpoints: [`127.0.0.1:${next}`, peer.address],
        // So that a circle nobody notices does not take all descriptors.
        maxConnections: 3_000,
      }),
    ));
  }
  using client = await connectTo(`127.0.0.1:${ports[0]}`);
  await client.write(new TextEncoder().encode(options.clientSays));
  await waitFor(
    "the circle noticed",
    () => gateways.some(({ told }) => told("excluded").length > 0),
    PATIENCE,
  );
  for (const { gateway } of gateways) await untilServed(gateway.address);
  client.close();
  for (const { gateway, told } of gateways) {
    await waitFor("no client", () => gateway.snapshot().open === 0, PATIENCE);
    assertEquals([told("refused"), told("accept_failed")], [[], []]);
    const { endpoints } = gateway.snapshot();
    assertEquals(endpoints.at(-1)?.state, "active");
    assert(told("excluded").length <= 1);
  }
}

// Unix sockets, on a real server.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { BALANCER_NAMES } from "../../../balancers/mod.ts";
import { Client, UnavailableError } from "../../../mod.ts";
import { findEtcd, startEtcd } from "../../harness/mod.ts";

// The one socket that tests may open.
const SOCKET = `${Deno.env.get("TMPDIR") ?? "/tmp"}/test.sock`;
const etcd = await findEtcd();

Deno.test({
  name: "Client reaches a member by a Unix socket",
  // etcd 3.4 takes no path: it puts the socket into its working directory.
  ignore: etcd.version.startsWith("3.4."),
  async fn() {
    const endpoints = `unix://${SOCKET}`;
    const cluster = await startEtcd({
      members: 1,
      binaries: etcd,
      extraArgs: ({ clientPort }) => [
        `--listen-client-urls=http://127.0.0.1:${clientPort},unix://${SOCKET}`,
      ],
    });
    try {
      for (const balancer of BALANCER_NAMES) {
        await using client = new Client({ endpoints, balancer });
        await client.put("unix", balancer);
        assertEquals((await client.get("unix"))?.value.text(), balancer);
        assertEquals(client.balancer.endpoints[0]?.endpoint, endpoints);
      }
      await using client = new Client({ endpoints, requestTimeoutMs: 10_000 });
      await client.connect();
      await cluster.members[0]?.restart();
      const last = BALANCER_NAMES.at(-1);
      assertEquals((await client.get("unix"))?.value.text(), last);
    } finally {
      await cluster.close();
    }
  },
});

Deno.test("Client says that nobody listens at a Unix socket", async () => {
  const endpoints = `unix://${SOCKET}`;
  await using client = new Client({ endpoints, requestTimeoutMs: 1_000 });
  const error = await assertRejects(() => client.get("x"), UnavailableError);
  assertStringIncludes(error.message, `${endpoints}: connect E`);
});

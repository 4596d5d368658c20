// A program whose only work is a watch: the socket keeps it alive, and nothing
// else does.
import { assertEquals } from "@std/assert";
import { Client } from "../../../mod.ts";
import { TRANSPORT_NAMES } from "../../../balancers/transport/mod.ts";
import { sleep } from "../../harness/mod.ts";
import { run } from "../../unit/support/_program.ts";
import { startTlsCluster } from "./_subject.ts";

// A program with nothing to wait for ends within some milliseconds.
const LONG_ENOUGH_TO_END_MS = 1_000;

Deno.test("a program lives while its watch waits, with TLS and without", async () => {
  await using tls = await startTlsCluster({
    members: 1,
    clientCertificates: false,
  });
  const plain = tls.cluster.endpoints[0] ?? "";
  const [secure = ""] = tls.endpoints;
  await using client = new Client({ endpoints: plain });
  const watching = TRANSPORT_NAMES.flatMap((transport) =>
    [plain, secure].map((endpoint, at) => {
      const key = `${transport}/${at}`;
      return {
        key,
        ended: run(`
          const client = new Client({
            endpoints: "${endpoint}",
            transport: "${transport}",
            keepAlive: false,
            tls: ${
          JSON.stringify(
            at === 0 ? undefined : {
              ca: tls.authority.cert,
            },
          )
        },
          });
          const watch = client.watch("${key}", { heartbeat: false });
          await watch.ready;
          await client.put("ready/${key}", "");
          for await (const { type, kv } of watch.events()) {
            console.log(type, kv.key.text());
            break;
          }
        `),
      };
    })
  );
  for (const { key, ended } of watching) {
    const ready = client.watch(`ready/${key}`, { startRevision: 1n });
    const early = await Promise.race([
      ended,
      (async () => {
        for await (const _event of ready.events()) break;
        await sleep(LONG_ENOUGH_TO_END_MS);
      })(),
    ]);
    assertEquals(early, undefined, key);
    await ready.close();
    await client.put(key, "");
    const { code, output, errors } = await ended;
    assertEquals([code, output, errors], [0, `put ${key}\n`, ""]);
  }
});

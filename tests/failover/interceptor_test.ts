// Headers and an interceptor, against a real member and its faults.
import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions, prefix } from "../../mod.ts";
import { waitFor } from "../harness/mod.ts";
import {
  cluster,
  faultyMember,
  other,
  startFaultyMember,
} from "./_faulty_member.ts";

startFaultyMember();

/** A client whose interceptor keeps a line for each attempt and stream. */
function subject(options: Partial<ClientOptions> = {}) {
  const lines: string[] = [];
  const client = new Client({
    endpoints: cluster.endpoints,
    keepAlive: false,
    headers: { "x-tenant": "blue" },
    interceptor: async ({ method, attempt, endpoint }, next) => {
      assertEquals(endpoint, faultyMember().endpoint);
      const end = await next({ headers: { "x-request-id": `${attempt}` } });
      lines.push(
        `${method} ${attempt} ${end.kind === "failed" ? end.code : end.kind}`,
      );
    },
    ...options,
  });
  return { client, lines };
}

Deno.test("An interceptor sees a read that is repeated, and a write that is not, when the connection is cut", async () => {
  const member = faultyMember();
  const { client, lines } = subject();
  await using own = client;
  await own.put("i/a", "1");
  await member.proxy.set({ kind: "mute" });
  const read = own.get("i/a");
  const write = own.put("i/b", "2").catch((error) => error);
  await waitFor(
    "the write",
    async () => await other.get("i/b") !== undefined,
  );
  await member.proxy.set({ kind: "pass" });
  assertEquals((await read)?.value.text(), "1");
  assert((await write).maybeCommitted);
  assertEquals(lines.toSorted(), [
    "KV.Put 1 answered",
    "KV.Put 1 connection_lost",
    "KV.Range 1 connection_lost",
    "KV.Range 2 answered",
  ]);
});

Deno.test("An interceptor runs around watches and leases, which go on across a cut", async () => {
  const member = faultyMember();
  const { client, lines } = subject({ requestTimeoutMs: 20_000 });
  await using own = client;
  await using watch = own.watch(prefix("i/w/"));
  await watch.ready;
  const lease = await own.lease.grant(60);
  await lease.keepAlive();
  await member.proxy.cutAll();
  // Past the connection that was cut: a write there may be in doubt.
  await other.put("i/w/1", "", { lease });
  const { value } = await watch.events().next();
  assertEquals(value?.kv.key.text(), "i/w/1");
  await waitFor(
    "the ends of both streams",
    () =>
      ["Watch.Watch", "Lease.LeaseKeepAlive"].every((method) =>
        lines.some((line) => line.startsWith(`${method} 1 connection_lost`))
      ),
    { timeoutMs: 20_000 },
  );
  await lease.revoke();
});

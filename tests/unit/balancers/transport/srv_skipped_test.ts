// SRV records that name no endpoint.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ClientEvent, UnavailableError } from "../../../../mod.ts";
import { DnsServer } from "../../../harness/fake/dns_server.ts";
import { waitFor } from "../../../harness/mod.ts";
import { startMember } from "../../api/call/_member_server.ts";
import { clientOf, PLAIN, recordOf, urls } from "./_srv_client.ts";

Deno.test("Client skips SRV records that name no endpoint, tells once, and uses the rest", async () => {
  await using dns = await DnsServer.start();
  await using member = await startMember();
  dns.set(PLAIN, [
    { target: "localhost", port: 0 },
    { target: "not/a host", port: 2379 },
    { target: "300.0.0.1", port: 2379 },
    { target: ".", port: 2379 },
    recordOf(member.server),
  ]);
  const told: ClientEvent[] = [];
  await using client = clientOf(dns, {
    onEvent: (event) => told.push(event),
  });
  const skipped = () =>
    told.flatMap((event) => event.type === "record_skipped" ? [event] : []);
  await client.get("k");
  assertEquals(urls(client), [
    member.server.endpoint.replace("127.0.0.1", "localhost"),
  ]);
  const expected = [
    [".:2379", "its target says that the service is not there"],
    ["300.0.0.1:2379", "its target is no host"],
    ["localhost:0", "its port is 0"],
    ["not\\/a\\040host:2379", "its target is no host"],
  ];
  const shown = () =>
    skipped().map(({ record, reason }) => [record, reason]).sort();
  assertEquals(shown(), expected);
  assertEquals(skipped()[0]?.domain, "example.com");
  // A later look-up finds another endpoint, and has nothing new to tell.
  await using other = await startMember();
  dns.set(PLAIN, [
    { target: "localhost", port: 0 },
    recordOf(member.server),
    recordOf(other.server),
  ]);
  await waitFor("another look-up", () => urls(client).length === 2);
  assertEquals(shown(), expected);
});

Deno.test("Client says why none of the SRV records can be used", async () => {
  await using dns = await DnsServer.start();
  dns.set(PLAIN, [{ target: "localhost", port: 0 }, { target: ".", port: 1 }]);
  await using client = clientOf(dns);
  const error = await assertRejects(
    () => client.get("k", { timeoutMs: 300 }),
    UnavailableError,
  );
  assertStringIncludes(error.message, `${PLAIN}: no record can be used: `);
  assertStringIncludes(error.message, "localhost:0 (its port is 0)");
});

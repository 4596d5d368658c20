import { assertEquals, assertRejects } from "@std/assert";
import { lookUpSrv } from "../../../../balancers/transport/_srv.ts";
import { UnavailableError } from "../../../../errors/mod.ts";
import { DnsServer } from "../../../harness/fake/dns_server.ts";

const SECURE = "_etcd-client-ssl._tcp.example.com";
const PLAIN = "_etcd-client._tcp.example.com";

function asking({ port }: DnsServer) {
  return { nameServer: { ipAddr: "127.0.0.1", port } };
}

Deno.test("lookUpSrv() gives the records with TLS and those without", async () => {
  await using dns = await DnsServer.start();
  dns.set(SECURE, [
    { target: "b.example.com.", port: 2379, priority: 2, weight: 3 },
    { target: "a.example.com", port: 2380, priority: 1 },
  ]);
  dns.set(PLAIN, [{ target: "c.example.com", port: 1, weight: 65_535 }]);
  const { endpoints: found } = await lookUpSrv("example.com", asking(dns));
  const by = (host: string) => found.find((endpoint) => endpoint.host === host);
  assertEquals(found.length, 3);
  assertEquals(by("b.example.com"), {
    host: "b.example.com",
    port: 2379,
    priority: 2,
    weight: 3,
    secure: true,
  });
  assertEquals(by("a.example.com")?.priority, 1);
  assertEquals(by("c.example.com"), {
    host: "c.example.com",
    port: 1,
    priority: 0,
    weight: 65_535,
    secure: false,
  });
});

Deno.test("lookUpSrv() is content with one of the two services", async () => {
  await using dns = await DnsServer.start();
  dns.set(PLAIN, [{ target: "localhost", port: 2379 }]);
  const { endpoints: found } = await lookUpSrv("example.com", asking(dns));
  assertEquals(found.map(({ host }) => host), ["localhost"]);
});

Deno.test("lookUpSrv() asks for the services of a name", async () => {
  await using dns = await DnsServer.start();
  dns.set(PLAIN, [{ target: "wrong", port: 1 }]);
  dns.set("_etcd-client-blue._tcp.example.com", [{ target: "right", port: 1 }]);
  const { endpoints: found } = await lookUpSrv("example.com", {
    ...asking(dns),
    name: "blue",
  });
  assertEquals(found.map(({ host }) => host), ["right"]);
});

Deno.test("lookUpSrv() takes the root as target for no service", async () => {
  await using dns = await DnsServer.start();
  dns.set(SECURE, [{ target: ".", port: 0 }]);
  await assertRejects(
    () => lookUpSrv("example.com", asking(dns)),
    UnavailableError,
    "Cannot find endpoints of 'example.com' by SRV records",
  );
});

Deno.test("lookUpSrv() fails when there is no such name", async () => {
  await using dns = await DnsServer.start();
  await assertRejects(
    () => lookUpSrv("example.com", asking(dns)),
    UnavailableError,
  );
});

Deno.test("lookUpSrv() ends with its signal", async () => {
  await using dns = await DnsServer.start();
  dns.silence();
  const stop = new AbortController();
  const looking = assertRejects(
    () => lookUpSrv("example.com", { ...asking(dns), signal: stop.signal }),
    Error,
    "enough",
  );
  stop.abort(new Error("enough"));
  await looking;
});

import { assertEquals } from "@std/assert";
import { skipReason } from "../../scenarios/verdict/skips.ts";

Deno.test("skipReason() leaves out what the server is too old for", () => {
  const scenario = { id: 0, etcd: { atLeast: "3.6" } };
  const reasonOn = (etcd: string) =>
    skipReason(scenario, { subject: "grpc1.7", etcd });
  assertEquals(reasonOn("3.4.23"), "it needs etcd 3.6 or later");
  assertEquals(reasonOn("3.5.16"), "it needs etcd 3.6 or later");
  assertEquals(reasonOn("3.6.0"), undefined);
  assertEquals(reasonOn("3.10.1"), undefined);
});

Deno.test("skipReason() leaves out what a strategy lacks", () => {
  const reasonFor = (subject: string) =>
    skipReason({ id: 55 }, { subject, etcd: "3.5.16" });
  assertEquals(reasonFor("grpc1.0"), "it has no pings");
  assertEquals(reasonFor("grpc1.7"), undefined);
  assertEquals(reasonFor("mine"), undefined);
});

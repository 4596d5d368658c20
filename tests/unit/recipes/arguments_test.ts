// What registrations and leader loops refuse, before anything is sent.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CodecError, InvalidOptionError } from "../../../errors/mod.ts";
import { Client } from "../../../mod.ts";
import { lead, leader, register } from "../../../recipes/mod.ts";

type Call = (...given: unknown[]) => unknown;

const RUN = () => {};
const CALLS: Readonly<Record<string, Call>> = {
  register: register as Call,
  lead: lead as Call,
  leader: leader as Call,
};
/** In place of a client, which each test has of its own. */
const CLIENT = Symbol("client");

const BAD: readonly (readonly [string, unknown[], string])[] = [
  ["register", [{}, "k", "v"], "ks"],
  ["register", [CLIENT, "", "v"], "key"],
  ["register", [CLIENT, new Uint8Array(), "v"], "key"],
  ["register", [CLIENT, "k", "v", { ttlSeconds: 0 }], "ttlSeconds"],
  ["register", [CLIENT, "k", "v", { ttlSeconds: 1.5 }], "ttlSeconds"],
  ["register", [CLIENT, "k", "v", { onConflict: "steal" }], "onConflict"],
  ["register", [CLIENT, "k", "v", { onStateChange: "log" }], "onStateChange"],
  ["register", [CLIENT, "k", "v", { codec: () => {} }], "codec"],
  ["register", [CLIENT, "k", "v", { ttlMs: 5 }], "ttlMs"],
  ["register", [CLIENT, "k", "v", new AbortController()], "options"],
  ["lead", [null, "n", "v", RUN], "ks"],
  ["lead", [CLIENT, "", "v", RUN], "name"],
  ["lead", [CLIENT, "n", 7, RUN], "value"],
  ["lead", [CLIENT, "n", "v", "run"], "run"],
  ["lead", [CLIENT, "n", "v", RUN, { ttlSeconds: -1 }], "ttlSeconds"],
  ["lead", [CLIENT, "n", "v", RUN, { settleTimeoutMs: 0 }], "settleTimeoutMs"],
  ["lead", [CLIENT, "n", "v", RUN, { signal: {} }], "signal"],
  ["lead", [CLIENT, "n", "v", RUN, { settleMs: 1 }], "settleMs"],
  ["leader", [undefined, "n"], "ks"],
  ["leader", [CLIENT, ""], "name"],
  ["leader", [CLIENT, "n", { timeoutMs: 1 }], "timeoutMs"],
];

for (const [method, given, option] of BAD) {
  Deno.test(`${method}() refuses ${Deno.inspect(given.slice(1))}: ${option}`, async () => {
    await using client = new Client({ endpoints: "http://127.0.0.1:1" });
    const args = given.map((each) => each === CLIENT ? client : each);
    const call = () => CALLS[method]?.(...args);
    const error = method === "leader"
      ? assertThrows(call, InvalidOptionError)
      : await assertRejects(async () => await call(), InvalidOptionError);
    assertEquals([error.method, error.option], [method, option]);
    assertEquals(client.balancer.dials, 0);
  });
}

Deno.test("register() names the key of a value that does not encode", async () => {
  await using client = new Client({ endpoints: "http://127.0.0.1:1" });
  const codec = {
    encode: (): string => {
      throw new TypeError("no such text");
    },
    decode: () => "",
  };
  const error = await assertRejects(
    () => register(client, "svc/a", "a", { codec }),
    CodecError,
  );
  assertEquals([error.key, client.balancer.dials], ["svc/a", 0]);
});

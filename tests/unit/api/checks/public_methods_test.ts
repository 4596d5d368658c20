// Every public method refuses what it cannot take, before anything is sent.
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Client, InvalidOptionError, type Lease } from "../../../../mod.ts";
import { SessionHandle } from "../../../../api/session/_handle.ts";
import { FakeLeases } from "../lease/_fake_leases.ts";
import { publicMethods, wrongArguments } from "./_public_methods.ts";

/** Options that no method takes, and the option that the error names. */
const NO_OPTIONS: readonly (readonly [string, unknown])[] = [
  ["options", null],
  ["options", 5],
  ["options", "5"],
  ["options", new AbortController()],
  ["options", AbortSignal.abort()],
  ["nonsense", { nonsense: 1 }],
  ["constructor", { constructor: 1 }],
];

/** What those refuse that take such an option at all. */
const NO_VALUES: readonly (readonly [string, unknown])[] = [
  ["signal", null],
  ["signal", new AbortController()],
  ["signal", {}],
  ["timeoutMs", null],
  ["timeoutMs", "5"],
  ["timeoutMs", 0],
  ["timeoutMs", -1],
  ["timeoutMs", NaN],
  ["timeoutMs", Infinity],
  ["requireLeader", 1],
  ["requireLeader", null],
];

/** How a call fails, whether it throws or rejects. */
async function failure(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
}

async function assertRefused(
  call: () => unknown,
  [method, option]: readonly [string, string],
): Promise<void> {
  const error = await failure(call);
  const what = `${method}: ${option}`;
  assertInstanceOf(error, InvalidOptionError, what);
  assertEquals([error.method, error.option], [method, option], what);
  assert(
    error.message.startsWith(`Cannot call ${method}(): '${option}' must be `),
    error.message,
  );
}

async function client(): Promise<{
  readonly client: Client;
  readonly lease: Lease;
  readonly session: SessionHandle;
}> {
  const { facet } = new FakeLeases();
  const lease = await facet.grant(9);
  // Nothing listens there: whatever is sent takes its time to fail.
  const client = new Client({ endpoints: "http://127.0.0.1:1" });
  return { client, lease, session: new SessionHandle(client, lease) };
}

Deno.test("Every method refuses options it does not take, and names both", async () => {
  const parts = await client();
  await using _client = parts.client;
  for (
    const { name, call } of publicMethods(parts.client, parts)
  ) {
    for (const [option, options] of NO_OPTIONS) {
      await assertRefused(() => call(options as never), [name, option]);
    }
    for (const [option, value] of NO_VALUES) {
      const error = await failure(() => call({ [option]: value } as never));
      assertInstanceOf(error, InvalidOptionError, `${name}: ${option}`);
      assertEquals([error.method, error.option], [name, option]);
    }
  }
  assertEquals(parts.client.balancer.endpoints[0]?.state, "idle");
  parts.lease.orphan();
});

Deno.test("Every method refuses arguments that are none, and names both", async () => {
  const parts = await client();
  await using own = parts.client;
  for (
    const { name, wrong = [] } of publicMethods(own, parts)
  ) {
    for (const [option, call] of wrong) {
      await assertRefused(call, [name, option]);
    }
  }
  for (const [name, option, call] of wrongArguments(own)) {
    await assertRefused(call, [name, option]);
  }
  assertEquals(own.balancer.endpoints[0]?.state, "idle");
  parts.lease.orphan();
});

Deno.test("A near miss of an option is told what was meant", async () => {
  const parts = await client();
  await using own = parts.client;
  const meant: readonly (readonly [() => unknown, string])[] = [
    [
      () => own.cluster.add("http://h:1", { isLearner: true } as never),
      "asLearner",
    ],
    [() => own.put("k", "v", { leaseId: 1n } as never), "lease"],
    [() => own.get("k", { timeout: 5 } as never), "timeoutMs"],
    [() => own.session({ ttl: 5 } as never), "ttlSeconds"],
  ];
  for (const [call, name] of meant) {
    const error = await failure(call);
    assertInstanceOf(error, InvalidOptionError);
    assert(error.message.includes(`did you mean '${name}'?`), error.message);
  }
  parts.lease.orphan();
});

Deno.test("The table has every method there is", async () => {
  const parts = await client();
  await using own = parts.client;
  const { kv, lease, lock, election, auth, cluster, maintenance } = own;
  const member = own.member("http://127.0.0.1:1");
  const named: readonly (readonly [string, object])[] = [
    ["", own],
    ["kv.", kv],
    ["lease.", lease],
    ["Lease.", parts.lease],
    ["Session.", parts.session],
    ["lock.", lock],
    ["election.", election],
    ["auth.", auth],
    ["auth.users.", auth.users],
    ["auth.roles.", auth.roles],
    ["cluster.", cluster],
    ["maintenance.", maintenance],
    ["member().", member],
    ["member().downgrade.", member.downgrade],
  ];
  const table = new Set([
    ...publicMethods(own, parts).map(({ name }) => name),
    ...wrongArguments(own).map(([name]) => name),
  ]);
  const missing = named.flatMap(([prefix, owner]) =>
    methodsOf(owner).map((name) => `${prefix}${name}`)
  ).filter((name) =>
    // Those of `kv` are also the client's own.
    !table.has(name) && !table.has(name.replace(/^kv\./, "")) &&
    !WITHOUT_ARGUMENTS.has(name)
  );
  assertEquals(missing, []);
  parts.lease.orphan();
});

const WITHOUT_ARGUMENTS = new Set([
  "close",
  // Used within this library alone.
  "lease.over",
  "lease.claim",
  "lease.close",
  "Lease.orphan",
  "Lease.toJSON",
  "Session.close",
  "member().close",
]);

/** The names of the methods that an object has or inherits. */
function methodsOf(owner: object): readonly string[] {
  const names = new Set<string>();
  for (
    let one = owner;
    one !== null && one !== Object.prototype;
    one = Object.getPrototypeOf(one)
  ) {
    for (
      const [name, { value }] of Object.entries(
        Object.getOwnPropertyDescriptors(one),
      )
    ) {
      if (typeof value === "function" && name !== "constructor") {
        names.add(name);
      }
    }
  }
  return [...names];
}

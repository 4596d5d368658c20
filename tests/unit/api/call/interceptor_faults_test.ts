// An interceptor that throws, or does not do as it has to: typed errors, in time,
// which are true of what was written.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  Client,
  ClientClosedError,
  type EtcdError,
  type Interceptor,
  InterceptorError,
  InvalidOptionError,
  TimeoutError,
  UnavailableError,
} from "../../../../mod.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, FakeStatus, waitFor } from "../../../harness/mod.ts";
import { RANGE } from "./_token_replies.ts";

const PUT = methods.kv.put.path;
const never = () => new Promise<never>(() => {});

async function subject(
  interceptor: Interceptor,
): Promise<
  AsyncDisposable & { readonly server: FakeServer; readonly client: Client }
> {
  const server = await FakeServer.start();
  server.handle(PUT, () => new Uint8Array())
    .handle(RANGE, () => new Uint8Array());
  const client = new Client({ endpoints: server.endpoint, interceptor });
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.close();
    },
  };
}

interface Fault {
  readonly interceptor: Interceptor;
  readonly error: new (...args: never[]) => EtcdError;
  readonly text: string;
  /** How often a put with it was sent. */
  readonly sent: 0 | 1;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  "throws before next()": {
    interceptor: () => {
      throw new Error("broken");
    },
    error: InterceptorError,
    text: "Cannot put: the interceptor has thrown: broken (interceptor_failed)",
    sent: 0,
  },
  "throws after next()": {
    interceptor: async (_, next) => {
      await next();
      throw new Error("broken");
    },
    error: InterceptorError,
    text:
      "Cannot put: the interceptor has thrown: broken (interceptor_failed); it may have been applied",
    sent: 1,
  },
  "returns without next()": {
    interceptor: () => Promise.resolve(),
    error: InterceptorError,
    text:
      "Cannot put: the interceptor has returned without calling next() (interceptor_failed)",
    sent: 0,
  },
  "calls next() twice": {
    interceptor: async (_, next) => {
      await next();
      await next();
    },
    error: InterceptorError,
    text:
      "Cannot put: the interceptor has thrown: Cannot call next(): the attempt is over (interceptor_failed); it may have been applied",
    sent: 1,
  },
  "adds a header that is reserved": {
    interceptor: (_, next) => next({ headers: { authorization: "x" } }),
    error: InterceptorError,
    text:
      "Cannot put: the interceptor has thrown: Cannot use the options: 'headers.authorization' must be absent: the name is reserved: current value is of type string (interceptor_failed)",
    sent: 0,
  },
  "never calls next()": {
    interceptor: never,
    error: TimeoutError,
    text:
      "Cannot put: the interceptor did not call next() within 300 ms (timeout)",
    sent: 0,
  },
  "never returns": {
    interceptor: async (_, next) => {
      await next();
      await never();
    },
    error: TimeoutError,
    text:
      "Cannot put: the interceptor did not return within 300 ms (timeout); it may have been applied",
    sent: 1,
  },
};

for (
  const [what, { interceptor, error, text, sent }] of Object.entries(FAULTS)
) {
  Deno.test(`interceptor that ${what}: the error says so, and whether the write was sent`, async () => {
    await using own = await subject(interceptor);
    const { client, server } = own;
    await client.connect();
    const thrown = await assertRejects(
      () => client.put("k", "v", { timeoutMs: 300 }),
      error,
    );
    assertInstanceOf(thrown, error);
    assertEquals(thrown.message, text);
    assertEquals(
      [thrown.method, thrown.maybeCommitted, thrown.retryable],
      ["KV.Put", sent === 1, false],
    );
    assertEquals(server.calls(PUT), sent);
  });
}

Deno.test("interceptor that throws after a failed attempt does not hide the failure", async () => {
  await using own = await subject(async (_, next) => {
    await next();
    throw new Error("broken");
  });
  const { client, server } = own;
  server.handle(PUT, () => new FakeStatus(14, "etcdserver: leader changed"));
  const error = await assertRejects(
    () => client.put("k", "v"),
    UnavailableError,
  );
  assertEquals([error.code, error.maybeCommitted], ["leader_changed", true]);
});

Deno.test("interceptor that waits ends with the reason of the call's signal, on either side of next()", async () => {
  let at = "";
  await using own = await subject(async ({ method }, next) => {
    if (method === "KV.Range") await next();
    at = method;
    await never();
  });
  const { client } = own;
  await client.connect();
  for (
    const call of [
      client.get.bind(client, "k"),
      client.put.bind(client, "k", "v"),
    ]
  ) {
    const reason = new Error("enough");
    const ended = new AbortController();
    const made = call({ signal: ended.signal });
    made.catch(() => {});
    await waitFor("the interceptor to wait", () => at !== "");
    at = "";
    ended.abort(reason);
    assertStrictEquals(await made.catch((error) => error), reason);
  }
});

Deno.test("interceptor that waits does not keep a client from closing", async () => {
  let waiting = 0;
  await using own = await subject(async ({ method }, next) => {
    if (method === "KV.Range") await next();
    waiting++;
    await never();
  });
  const { client } = own;
  await client.connect();
  const watch = client.watch("k");
  const made = [
    client.get("k", { timeoutMs: false }),
    client.put("k", "v", { timeoutMs: false }),
    watch.events().next(),
  ];
  for (const one of made) one.catch(() => {});
  await waitFor("all to wait", () => waiting === 3);
  await client.close();
  for (const one of made) await assertRejects(() => one, ClientClosedError);
});

/** Headers that are refused, and the one that the error names. */
const REFUSED: readonly (readonly [unknown, string])[] = [
  ["x-a: b", "headers"],
  [null, "headers"],
  [[["x-a", "b"]], "headers"],
  [new Map([["x-a", "b"]]), "headers"],
  [new Headers({ "x-a": "b" }), "headers"],
  [{ "x-a": "s".repeat(9_000) }, "headers"],
  [{ "x-a": 5 }, "headers.x-a"],
  [{ "x-a": "s3cret\r\nb: c" }, "headers.x-a"],
  [{ "x-a": "é" }, "headers.x-a"],
  [{ "x-a": " b" }, "headers.x-a"],
  [{ "X-A": "b" }, "headers.X-A"],
  [{ "x a": "b" }, "headers.x a"],
  [{ "": "b" }, "headers."],
  [{ "x-bin": "b" }, "headers.x-bin"],
  ...[
    "authorization",
    "Authorization",
    "token",
    "hasleader",
    "grpc-timeout",
    "GRPC-Encoding",
    ":path",
    "te",
    "host",
    "content-type",
    "user-agent",
    "connection",
  ].map((name) => [{ [name]: "s3cret" }, `headers.${name}`] as const),
];

Deno.test("headers that cannot be sent are refused by name before anything is sent, and no error shows a value", async () => {
  await using client = new Client({ endpoints: "http://127.0.0.1:1" });
  for (const [headers, option] of REFUSED) {
    const errors = [
      await client.get("k", { headers } as never).catch((error) => error),
      await client.kv.batched().put("k", "v", { headers } as never)
        .catch((error) => error),
      await Promise.try(() => new Client({ endpoints: "a", headers } as never))
        .catch((error) => error),
    ];
    for (const error of errors) {
      assertInstanceOf(error, InvalidOptionError, Deno.inspect(headers));
      assertEquals(error.option, option);
      assert(!Deno.inspect(error).includes("s3cret"), error.message);
    }
  }
  assertEquals(client.balancer.endpoints[0]?.state, "idle");
});

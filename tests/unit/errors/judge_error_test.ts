// What the error says that ends a call.
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { Attempt, EtcdError } from "../../../errors/etcd_error.ts";
import { UnsupportedError } from "../../../errors/specific_errors.ts";
import { CONTEXT, errorOf } from "./_judged.ts";

Deno.test("judge() keeps the trail of attempts, the last one included", () => {
  const earlier: Attempt[] = [
    { endpoint: "http://b:2379", code: "connection_lost", durationMs: 5 },
  ];
  assertEquals(errorOf({}, { earlier }).attempts, [
    ...earlier,
    { endpoint: "http://a:2379", code: "no_leader", durationMs: 12 },
  ]);
});

Deno.test("judge() says what it could not do, the state, the code and the endpoint", () => {
  const put = { action: "put", effect: "write" } as const;
  const cases: readonly (readonly [string, EtcdError])[] = [
    [
      "Cannot get: etcdserver: no leader (no_leader, from http://a:2379)",
      errorOf({}),
    ],
    [
      "Cannot put: no answer from http://a:2379 within 300 ms (timeout); it may have been applied",
      errorOf({ ownDeadline: true }, put),
    ],
    [
      "Cannot put: waited for a stream, and got none within 300 ms (timeout)",
      errorOf({
        ownDeadline: true,
        reach: "unsent",
        details: "waited for a stream",
      }, put),
    ],
    [
      "Cannot put: lost the connection to http://a:2379 before it was sent (connection_lost): waited for a stream",
      errorOf(
        { details: "waited for a stream", disconnected: true, reach: "unsent" },
        { ...put, policy: { ...CONTEXT.policy, maxAttempts: 1 } },
      ),
    ],
    [
      "Cannot get: no answer from http://a:2379 within 300 ms (timeout), the last of 4 attempts, the one before ended at http://b:2379 (no_leader)",
      errorOf({ ownDeadline: true }, {
        attempt: 4,
        earlier: [
          { endpoint: "http://b:2379", code: "no_leader", durationMs: 2 },
        ],
      }),
    ],
    [
      "Cannot put: lost the connection to http://a:2379 during the call (connection_lost): Received RST_STREAM; it may have been applied",
      errorOf({ details: "Received RST_STREAM", disconnected: true }, put),
    ],
    [
      "Cannot get: something (INTERNAL, from http://a:2379)",
      errorOf({ grpcCode: 13, details: "something" }),
    ],
    [
      "Cannot get: no reason given (UNKNOWN, from http://a:2379)",
      errorOf({ grpcCode: 2, details: "" }),
    ],
    [
      "Cannot get: unknown method (UNIMPLEMENTED, from http://a:2379) (needs etcd 3.5)",
      errorOf({ grpcCode: 12, details: "unknown method" }, { since: "3.5" }),
    ],
    [
      "Cannot get: unknown service (UNIMPLEMENTED, from http://a:2379) (needs an etcd server)",
      errorOf({ grpcCode: 12, details: "unknown service" }),
    ],
  ];
  for (const [message, error] of cases) {
    assertStrictEquals(error.message, message);
    assertStrictEquals(error.endpoint, "http://a:2379");
    assertStrictEquals(error.method, "KV.Range");
  }
});

Deno.test("judge() tells what a method needs that the server does not have", () => {
  const error = errorOf({ grpcCode: 12, details: "" }, { since: "3.5" });
  assert(error instanceof UnsupportedError);
  assertStrictEquals(error.needs, "etcd 3.5");
  assertStrictEquals(error.code, "unsupported");
});

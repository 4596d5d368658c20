import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { ErrorCode } from "../../../errors/codes.ts";
import { EtcdError } from "../../../errors/etcd_error.ts";
import * as publicErrors from "../../../errors/mod.ts";
import { InvalidOptionError } from "../../../errors/invalid_option_error.ts";
import {
  AuthError,
  CanceledError,
  ClientClosedError,
  CompactedError,
  CorruptError,
  createError,
  FutureRevisionError,
  LeaseNotFoundError,
  NoLeaderError,
  NoSpaceError,
  PermissionDeniedError,
  TimeoutError,
  UnavailableError,
  UnsupportedError,
} from "../../../errors/specific_errors.ts";

const CLASSES: readonly (readonly [ErrorCode, typeof EtcdError])[] = [
  ["client_closed", ClientClosedError],
  ["timeout", TimeoutError],
  ["server_timeout", TimeoutError],
  ["server_deadline_exceeded", TimeoutError],
  ["unavailable", UnavailableError],
  ["connection_lost", UnavailableError],
  ["server_stopped", UnavailableError],
  ["leader_changed", UnavailableError],
  ["unhealthy", UnavailableError],
  ["canceled", CanceledError],
  ["server_canceled", CanceledError],
  ["watch_canceled", CanceledError],
  ["no_leader", NoLeaderError],
  ["no_space", NoSpaceError],
  ["corrupt", CorruptError],
  ["lease_not_found", LeaseNotFoundError],
  ["auth_failed", AuthError],
  ["auth_not_enabled", AuthError],
  ["invalid_auth_token", AuthError],
  ["invalid_auth_management", AuthError],
  ["auth_old_revision", AuthError],
  ["unauthenticated", AuthError],
  ["user_empty", AuthError],
  ["permission_denied", PermissionDeniedError],
  ["compacted", CompactedError],
  ["future_revision", FutureRevisionError],
  ["too_many_operations", EtcdError],
  ["request_too_large", EtcdError],
  ["internal", EtcdError],
  ["protocol", EtcdError],
];

Deno.test("createError() gives each code the class people catch", () => {
  for (const [code, Class] of CLASSES) {
    const error = createError("Cannot get: x", { code });
    assertStrictEquals(error.constructor, Class, code);
    assertStrictEquals(error.name, Class.name, code);
    assertStrictEquals(error.code, code);
    assert(error instanceof EtcdError && error instanceof Error);
  }
});

Deno.test("EtcdError has defaults that promise nothing", () => {
  const error = new EtcdError("Cannot get: x", { code: "unknown" });
  assertEquals({ ...error }, {
    name: "EtcdError",
    code: "unknown",
    grpcCode: 2,
    endpoint: undefined,
    method: undefined,
    retryable: false,
    maybeCommitted: false,
    attempts: [],
  });
  assert(!("cause" in error));
});

Deno.test("EtcdError keeps its cause", () => {
  const cause = new RangeError("inner");
  const error = new EtcdError("Cannot get: x", { code: "protocol", cause });
  assertStrictEquals(error.cause, cause);
});

Deno.test("EtcdError.from() returns one of ours as it is", () => {
  const error = new NoLeaderError("Cannot get: x", { code: "no_leader" });
  assertStrictEquals(EtcdError.from(error), error);
});

Deno.test("EtcdError.from() makes anything else the cause of an unknown error", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [new TypeError("boom"), "Cannot complete the call: boom"],
    ["text", "Cannot complete the call: text"],
    [undefined, "Cannot complete the call: undefined"],
    [null, "Cannot complete the call: null"],
    [7n, "Cannot complete the call: 7"],
  ];
  for (const [cause, message] of cases) {
    const error = EtcdError.from(cause);
    assertEquals([error.message, error.code], [message, "unknown"]);
    assertStrictEquals(error.cause, cause);
    assert(!error.retryable);
  }
});

Deno.test("InvalidOptionError names the option and its value, of whatever kind", () => {
  const circular: Record<string, unknown> = { limit: 5n };
  circular["self"] = circular;
  const cases: readonly (readonly [unknown, string])[] = [
    [-1, "-1"],
    [NaN, "NaN"],
    ["x", '"x"'],
    [5n, "5n"],
    [undefined, "undefined"],
    [null, "null"],
    [new Uint8Array(3), "3 bytes"],
    [Symbol("s"), "Symbol(s)"],
    [{ a: 1n }, "{ a: 1n }"],
    [[1, 2], "[ 1, 2 ]"],
  ];
  for (const [value, text] of cases) {
    const error = new InvalidOptionError("limit", value, { expected: "good" });
    assertStrictEquals(
      error.message,
      `Cannot use the options: 'limit' must be good: current value is ${text}`,
    );
    assertStrictEquals(error.option, "limit");
    assertStrictEquals(error.value, value);
    assertStrictEquals(error.code, "invalid_option");
    assertStrictEquals(error.name, "InvalidOptionError");
  }
  const error = new InvalidOptionError("limit", circular, { expected: "good" });
  assert(error.message.includes("Circular"), error.message);
});

Deno.test("InvalidOptionError shortens a large value, and takes another action", () => {
  const error = new InvalidOptionError("x", Array(500).fill("abc"), {
    expected: "short",
    action: "make the range",
  });
  assert(error.message.startsWith("Cannot make the range: 'x' must be short"));
  assert(error.message.length < 300, `${error.message.length}`);
});

Deno.test("CompactedError and UnsupportedError carry what to do next", () => {
  const compacted = new CompactedError("Cannot get: x", {
    code: "compacted",
    compactRevision: 7n,
  });
  assertStrictEquals(compacted.compactRevision, 7n);
  const old = new UnsupportedError("Cannot get: x", {
    code: "unsupported",
    needs: "etcd 3.6",
  });
  assertStrictEquals(old.needs, "etcd 3.6");
});

Deno.test("errors/mod.ts exports every class that is thrown", () => {
  const exported: Record<string, unknown> = { ...publicErrors };
  for (const [, Class] of CLASSES) {
    assertStrictEquals(exported[Class.name], Class);
  }
  for (const Class of [InvalidOptionError, UnsupportedError]) {
    assertStrictEquals(exported[Class.name], Class);
  }
});

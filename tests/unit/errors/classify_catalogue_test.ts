// What we make of every message that etcd has.
import { assertEquals, assertStrictEquals } from "@std/assert";
import { findEtcdMessage } from "../../../errors/_messages.ts";
import { classify } from "../../../errors/classify.ts";
import { GRPC_CODE } from "../../../errors/codes.ts";
import { MAYBE_APPLIED, MESSAGES, OLD_CODES } from "./_etcd_catalogue.ts";

function classifyText(grpcCode: number, text: string) {
  return classify({
    grpcCode,
    details: `etcdserver: ${text}`,
    reach: "answered",
    disconnected: false,
    ownDeadline: false,
  });
}

Deno.test("classify() knows the 63 messages of etcd 3.7.1", () => {
  assertStrictEquals(MESSAGES.length, 63);
  assertEquals(MESSAGES.map(([number]) => number), [
    ...Array(63).keys().map((at) => at + 1),
  ]);
  assertStrictEquals(new Set(MESSAGES.map(([, , text]) => text)).size, 63);
  for (const [number, grpcName, text, code] of MESSAGES) {
    const grpcCode = GRPC_CODE[grpcName];
    assertEquals(classifyText(grpcCode, text), {
      code,
      grpcCode,
      fromEtcd: true,
      applied: MAYBE_APPLIED.includes(number) ? "maybe" : "never",
    }, text);
  }
});

Deno.test("classify() knows what the lock and election services say", () => {
  const said = [
    ["mutex: session is expired", "lock_lost"],
    ["election: not leader", "lock_lost"],
    ["election: no leader", "nobody_leads"],
  ] as const;
  for (const [details, code] of said) {
    const facts = {
      reach: "answered",
      disconnected: false,
      ownDeadline: false,
    } as const;
    const grpcCode = GRPC_CODE.unknown;
    assertEquals(classify({ ...facts, grpcCode, details }), {
      code,
      grpcCode,
      fromEtcd: true,
      applied: "never",
    });
  }
});

Deno.test("classify() knows what the maintenance service of 3.4 and 3.5 says of users", () => {
  const said = [
    ["auth: invalid auth token", "invalid_auth_token", "unauthenticated"],
    ["auth: revision in header is old", "auth_old_revision", "invalidArgument"],
    ["auth: permission denied", "permission_denied", "permissionDenied"],
    ["auth: user name is empty", "user_empty", "invalidArgument"],
  ] as const;
  for (const [details, code, grpcName] of said) {
    const facts = {
      reach: "answered",
      disconnected: false,
      ownDeadline: false,
    } as const;
    assertEquals(
      classify({ ...facts, grpcCode: GRPC_CODE.unknown, details }),
      {
        code,
        grpcCode: GRPC_CODE[grpcName],
        fromEtcd: true,
        applied: "never",
      },
    );
  }
});

Deno.test("classify() gives the code of the catalogue, whatever code the server sent", () => {
  for (const [number, grpcName, text, code] of MESSAGES) {
    const old = OLD_CODES[number];
    // 2 is what 3.4 sends when its own context ends first.
    const sent = [GRPC_CODE.unknown, ...old ? [GRPC_CODE[old]] : []];
    for (const grpcCode of sent) {
      const { code: given, grpcCode: givenGrpc } = classifyText(grpcCode, text);
      assertEquals([given, givenGrpc], [code, GRPC_CODE[grpcName]], text);
    }
  }
});

Deno.test("findEtcdMessage() matches exact texts only", () => {
  for (const [, , text] of MESSAGES) {
    for (
      const near of [
        text,
        `etcdserver: ${text} `,
        `x etcdserver: ${text}`,
        `etcdserver: ${text.toUpperCase()}`,
      ]
    ) {
      assertStrictEquals(findEtcdMessage(near), undefined, near);
    }
  }
  assertStrictEquals(findEtcdMessage(""), undefined);
});

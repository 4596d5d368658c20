// What a server ends: one watch, or all that are on a stream.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { CompactedError, PermissionDeniedError } from "../../../../mod.ts";
import type { EtcdError } from "../../../../errors/etcd_error.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import type { ErrorCode } from "../../../../errors/codes.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { FakeWatches, Received } from "./_fake_watch.ts";

const DENIED = "rpc error: code = PermissionDenied desc = " +
  "etcdserver: permission denied";

Deno.test("A watch that is created and canceled at once ends alone (pitfall 8)", async () => {
  for (const answered of [-1n, undefined]) {
    const fake = new FakeWatches();
    const denied = await fake.watch();
    const allowed = await fake.watch();
    const [first = 0n, second = 0n] = fake.creates.map(({ id }) => id);
    const failed = new Received(denied);
    const received = new Received(allowed);
    fake.reply(
      { created: true, canceled: true, cancelReason: DENIED },
      5n,
      answered ?? first,
    );
    fake.create(5n, second);
    fake.events([6n], second);
    const later = await fake.watch();
    fake.create(6n);
    assertEquals((await later.ready).revision, 6n);
    await failed.done;
    assertInstanceOf(failed.error, PermissionDeniedError);
    await assertRejects(() => denied.ready, PermissionDeniedError);
    assertEquals(received.revisions, [[6n]]);
    assertEquals(fake.opener.streams.length, 1);
    await allowed.close();
    await later.close();
  }
});

Deno.test("A watch that the server cancels tells why, also without a reason (#75)", async () => {
  const fake = new FakeWatches();
  const other = await fake.created(5n);
  for (
    const [cancelReason, code] of [
      ["", "canceled"],
      ["etcdserver: user name not found", "user_not_found"],
    ] as const
  ) {
    const watch = await fake.created(5n);
    const received = new Received(watch);
    fake.events([6n]);
    fake.reply({ canceled: true, cancelReason }, 6n);
    await received.done;
    assertEquals(received.revisions, [[6n]]);
    assertEquals((received.error as EtcdError).code, code);
    assert(watch.state.kind === "closed");
    assertStrictEquals(watch.state.reason, received.error);
  }
  assertEquals(other.state.kind, "live");
  assertEquals(fake.cancels, []);
  await other.close();
});

Deno.test("A watch of a compacted revision ends with the one left (#68, #69)", async () => {
  const fake = new FakeWatches();
  const watch = await fake.created(90n, { startRevision: 10n });
  const received = new Received(watch);
  fake.reply({ canceled: true, compactRevision: fromBigInt(40n) }, 90n);
  await received.done;
  assertInstanceOf(received.error, CompactedError);
  assertEquals(received.error.compactRevision, 40n);
});

Deno.test("An end that another attempt cannot change ends every watch", async () => {
  const FINAL = [
    "permission_denied",
    "invalid_auth_token",
    "unsupported",
    "wrong_cluster",
  ];
  for (const code of FINAL) {
    const fake = new FakeWatches();
    const watches = [await fake.created(5n), await fake.created(5n)];
    const received = watches.map((watch) => new Received(watch));
    const error = createError(`Cannot watch: ${code}`, {
      code: code as ErrorCode,
    });
    fake.opener.last.end(error);
    for (const one of received) {
      await one.done;
      assertStrictEquals(one.error, error);
    }
    assertEquals(fake.clock.pending, 0);
  }
});

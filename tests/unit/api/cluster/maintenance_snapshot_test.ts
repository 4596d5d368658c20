import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { EtcdError } from "../../../../errors/etcd_error.ts";
import { InvalidOptionError } from "../../../../errors/invalid_option_error.ts";
import {
  TimeoutError,
  UnavailableError,
} from "../../../../errors/specific_errors.ts";
import { Client } from "../../../../mod.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { waitFor } from "../../../harness/mod.ts";
import { unavailable } from "../stream/_fake_opener.ts";
import { SnapshotSubject } from "./_snapshot_subject.ts";

const DATA = crypto.getRandomValues(new Uint8Array(10_000));
const DIGEST = new Uint8Array(await crypto.subtle.digest("SHA-256", DATA));
const WHOLE = Uint8Array.of(...DATA, ...DIGEST);

function cutAt(...places: readonly number[]): Uint8Array[] {
  return [0, ...places].map((from, at) => WHOLE.subarray(from, places[at]));
}

Deno.test("snapshot() gives the data and its digest, however they are cut", async () => {
  for (
    const blobs of [
      [WHOLE],
      cutAt(10_000),
      cutAt(5_000, 10_000),
      cutAt(1, 2, 9_990, 10_010, 10_031),
      cutAt(0, 10_000, 10_000),
    ]
  ) {
    assertEquals(await new SnapshotSubject().readAll(blobs), WHOLE);
  }
});

Deno.test("snapshot() fails when the digest is another one", async () => {
  const changed = new Uint8Array(WHOLE);
  changed[5_000] = (changed[5_000] ?? 0) ^ 1;
  for (
    const blobs of [
      [changed],
      [WHOLE, Uint8Array.of(0)],
      // The end is missing, though the server calls it one.
      [DATA],
      [WHOLE.subarray(0, 10_031)],
      [WHOLE.subarray(0, 31)],
      [],
    ]
  ) {
    const error = await assertRejects(
      () => new SnapshotSubject().readAll(blobs),
      EtcdError,
    );
    assertEquals([error.code, error.retryable], ["data_loss", true]);
    assertEquals(error.endpoint, "http://fake:1");
  }
});

Deno.test("snapshot() tells version and remaining bytes of the chunk read last", async () => {
  const subject = new SnapshotSubject();
  const { snapshot, reader } = subject;
  const told = () => [snapshot.version, snapshot.remainingBytes];
  assertEquals(told(), [undefined, undefined]);
  const first = reader.read();
  const stream = await subject.asked();
  const version = "3.6.0";
  const remainingBytes = fromBigInt(2n ** 63n + 1n);
  stream.reply({ version, remainingBytes });
  await subject.asked(2);
  stream.reply({ blob: DATA, version, remainingBytes });
  await first;
  assertEquals(told(), [version, 2n ** 63n + 1n]);
  const second = reader.read();
  await subject.asked(3);
  // A server of before etcd 3.6.
  stream.reply({ blob: DIGEST, remainingBytes: fromBigInt(0n) });
  await second;
  assertEquals(told(), [undefined, 0n]);
  await reader.cancel();
  assertEquals(told(), [undefined, 0n]);
});

Deno.test("snapshot() asks for nothing that is not read", async () => {
  const subject = new SnapshotSubject();
  const { opener, reader } = subject;
  assertStrictEquals(opener.streams.length, 0);
  const first = reader.read();
  const stream = await subject.asked();
  assertEquals(stream.sent, [{}]);
  stream.reply({ blob: DATA });
  await first;
  // All that could read ahead has had its turn.
  await new Promise((resolve) => setTimeout(resolve));
  assertStrictEquals(stream.asked, 1);
  const second = reader.read();
  await waitFor("the second to be asked for", () => stream.asked === 2);
  stream.reply({ blob: DIGEST });
  assertEquals((await second).value, DIGEST);
  await reader.cancel();
});

Deno.test("snapshot() is opened again until it has begun, not after", async () => {
  const subject = new SnapshotSubject();
  const first = subject.reader.read();
  await subject.fail();
  await subject.fail();
  (await subject.asked()).reply({ blob: DATA });
  assertEquals((await first).value, DATA);
  assertStrictEquals(subject.opener.streams.length, 3);
  const second = subject.reader.read();
  const error = unavailable("cut off");
  (await subject.asked(2)).end(error);
  assertStrictEquals(await assertRejects(() => second, EtcdError), error);
  assertStrictEquals(subject.opener.streams.length, 3);
});

Deno.test("snapshot() tells of an end that came while nobody read", async () => {
  const subject = new SnapshotSubject();
  const first = subject.reader.read();
  const stream = await subject.asked();
  stream.reply({ blob: DATA });
  await first;
  const error = unavailable("cut off");
  stream.end(error);
  assertStrictEquals(
    await assertRejects(() => subject.reader.read(), EtcdError),
    error,
  );
});

Deno.test("snapshot() that is canceled frees its stream", async () => {
  const subject = new SnapshotSubject();
  const first = subject.reader.read();
  const stream = await subject.asked();
  await subject.reader.cancel("enough");
  assert(stream.canceled);
  assert((await first).done);
});

Deno.test("snapshot() ends with the signal's reason, wherever it is", async () => {
  const reason = new Error("as the caller wants it");
  const aborted = () => AbortSignal.abort(reason);
  assertStrictEquals(
    assertThrows(() => new SnapshotSubject({ signal: aborted() }), Error),
    reason,
  );
  for (const place of ["waiting", "reading", "idle"]) {
    const controller = new AbortController();
    const subject = new SnapshotSubject({ signal: controller.signal });
    subject.opener.held = place === "waiting";
    const first = subject.reader.read();
    first.catch(() => {});
    if (place !== "waiting") await subject.asked();
    if (place === "idle") {
      subject.opener.last.reply({ blob: DATA });
      await first;
    }
    controller.abort(reason);
    const read = place === "idle" ? subject.reader.read() : first;
    assertStrictEquals(await assertRejects(() => read, Error), reason);
    if (place !== "waiting") assert(subject.opener.last.canceled);
  }
});

Deno.test("snapshot() waits no longer than it may for what comes next", async () => {
  const subject = new SnapshotSubject({ timeoutMs: 1_000 });
  const first = subject.reader.read();
  (await subject.asked()).reply({ blob: DATA });
  await first;
  // Nobody reads now, and nothing is late.
  assertStrictEquals(subject.clock.pending, 0);
  subject.clock.advance(5_000);
  const second = subject.reader.read();
  const stream = await subject.asked(2);
  subject.clock.advance(999);
  assert(stream.live);
  subject.clock.advance(1);
  const error = await assertRejects(() => second, TimeoutError);
  assertEquals(
    error.message,
    "Cannot take the snapshot: http://fake:1 sent nothing for 1000 ms (timeout)",
  );
  assert(stream.canceled);
  assertStrictEquals(subject.clock.pending, 0);
});

Deno.test("snapshot() says of each endpoint why it could not be reached", async () => {
  await using client = new Client({ endpoints: "http://127.0.0.1:1" });
  for (const calls of [client.maintenance, client.member("127.0.0.1:1")]) {
    const reader = calls.snapshot({ timeoutMs: 1_500 }).getReader();
    const error = await assertRejects(() => reader.read(), UnavailableError);
    assertMatch(
      error.message,
      /^Cannot take the snapshot: no endpoint could be reached within 1500 ms \(unavailable\): http:\/\/127\.0\.0\.1:1: .*refused/i,
    );
  }
});

Deno.test("snapshot() checks its options at once", async () => {
  await using client = new Client({ endpoints: "http://127.0.0.1:1" });
  for (const calls of [client.maintenance, client.member("127.0.0.1:1")]) {
    for (const timeoutMs of [0, -1, NaN, Infinity]) {
      const error = assertThrows(
        () => calls.snapshot({ timeoutMs }),
        InvalidOptionError,
      );
      assertStrictEquals(error.option, "timeoutMs");
    }
  }
});

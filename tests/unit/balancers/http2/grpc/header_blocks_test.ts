// Header blocks of a whole connection, in both directions.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { waitFor } from "../../../../harness/mod.ts";
import { connected, replyOf, statusOf } from "../peer/_dialled.ts";
import { hex, latin1 } from "../support/_hex.ts";
import { joined } from "../../../support/_joined.ts";
import { BlockReader } from "../hpack/_blocks.ts";
import {
  ANSWER,
  answer,
  block,
  data,
  headers,
  message,
  settings,
  trailers,
} from "../peer/_raw_peer.ts";

/** What puts `content-type: application/grpc` into the table, with 200. */
const INSERTS = joined(
  hex("88 5f"),
  Uint8Array.of(ANSWER["content-type"].length),
  latin1(ANSWER["content-type"]),
);
/** 200, and what was put there last. */
const INDEXED = hex("88 be");

Deno.test("Connection reads the blocks of streams that are closed, as they change the table", async () => {
  await using it = await connected();
  const canceled = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  canceled.cancel();
  await it.peer.frame(http2.RST_STREAM, 1);
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 3);
  const type = http2.HEADERS;
  const flags = http2.END_HEADERS;
  await it.peer.say(
    { type, flags, streamId: 1, payload: INSERTS },
    { type, flags, streamId: 3, payload: INDEXED },
    data(3, message("read")),
    trailers(3),
  );
  assertEquals(await replyOf(call), "read");
});

Deno.test("Connection reads a block in many frames, with padding and priority", async () => {
  await using it = await connected();
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  const bytes = block(ANSWER);
  const [first, rest] = [bytes.subarray(0, 3), bytes.subarray(3)];
  await it.peer.say(
    {
      type: http2.HEADERS,
      flags: http2.PADDED | http2.PRIORITY_FLAG,
      streamId: 1,
      payload: joined(
        Uint8Array.of(2, 0, 0, 0, 0, 16),
        first,
        new Uint8Array(2),
      ),
    },
    ...Array.from(rest, (byte, at) => ({
      type: http2.CONTINUATION,
      flags: at === rest.length - 1 ? http2.END_HEADERS : 0,
      streamId: 1,
      payload: Uint8Array.of(byte),
    })),
    data(1, message("whole")),
    trailers(1),
  );
  assertEquals(await replyOf(call), "whole");
});

Deno.test("Connection bounds the headers of an answer, and a block without an end", async () => {
  await using it = await connected();
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  // A field that the table has, 40 bytes or more of a list each time.
  const payload = joined(INSERTS, new Uint8Array(2_000).fill(0xbe));
  await it.peer.say({
    type: http2.HEADERS,
    flags: http2.END_HEADERS,
    streamId: 1,
    payload,
  });
  assertStringIncludes(
    (await statusOf(call)).details,
    "headers that are too large",
  );
  assert(it.transport.ready, "the connection goes on");
  const next = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 3);
  await it.peer.say({ type: http2.HEADERS, streamId: 3 });
  const more = {
    type: http2.CONTINUATION,
    streamId: 3,
    payload: new Uint8Array(16_000),
  };
  for (let said = 0; said < 12 && it.transport.ready; said++) {
    await it.peer.say(more).catch(() => {});
  }
  assertEquals((await statusOf(next)).grpcCode, 14);
  await it.dialled.gone.promise;
});

Deno.test("Connection ends when a block cannot be read", async () => {
  await using it = await connected();
  const call = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  await it.peer.say({
    type: http2.HEADERS,
    flags: http2.END_HEADERS,
    streamId: 1,
    payload: INDEXED,
  });
  assertEquals((await statusOf(call)).grpcCode, 14);
  const { payload } = await it.peer.frame(http2.GOAWAY);
  assertEquals(payload[7], http2.COMPRESSION_ERROR);
  assertStringIncludes(
    (await it.dialled.down.promise).reason,
    "Cannot read a header block",
  );
});

Deno.test("Connection sends constant headers as indexes, and a token never as one", async () => {
  await using it = await connected();
  const headers = Object.freeze({ token: "secret.42", hasleader: "true" });
  const sizes: number[] = [];
  const reader = new BlockReader();
  for (let call = 0; call < 4; call++) {
    const id = 2 * call + 1;
    const made = it.dialled.call({ headers });
    const { payload } = await it.peer.frame(http2.HEADERS, id);
    sizes.push(payload.length);
    const fields = Object.fromEntries(reader.fields(payload));
    assertEquals(fields, {
      ":method": "POST",
      ":scheme": "http",
      ":path": "/test.Service/Method",
      ":authority": fields[":authority"] ?? "",
      te: "trailers",
      "content-type": "application/grpc",
      "user-agent": "grpc-etcdeno",
      hasleader: "true",
      token: "secret.42",
    });
    // Its name is new, its value literal, and it is never to be indexed.
    const text = new TextDecoder("latin1").decode(payload);
    const at = text.indexOf("secret.42");
    assert(at > 0, "the token is in the block each time");
    assertEquals(payload[text.indexOf("token") - 2], 0x10);
    await it.peer.say(...answer(id, "x"));
    await replyOf(made);
  }
  const [first = 0, ...others] = sizes;
  assert(first > 100);
  for (const size of others) assert(size < 30, `${size} bytes`);
});

Deno.test("Connection makes no use of a table that the peer does not have", async () => {
  await using it = await connected({
    settings: [[http2.SETTINGS_HEADER_TABLE_SIZE, 0]],
  });
  const reader = new BlockReader({ maxTableSize: 0 });
  for (const id of [1, 3]) {
    const call = it.dialled.call();
    const { payload } = await it.peer.frame(http2.HEADERS, id);
    // Each can be read without those before it.
    assertEquals(
      Object.fromEntries(reader.fields(payload))[":path"],
      "/test.Service/Method",
    );
    if (id === 1) assertEquals(payload[0], 0x20, "it says so");
    await it.peer.say(...answer(id, "x"));
    await replyOf(call);
  }
});

Deno.test("Connection heeds a table that shrinks and grows between calls", async () => {
  await using it = await connected();
  const reader = new BlockReader();
  for (const [at, size] of [4_096, 100, 4_096, 0, 200].entries()) {
    await it.peer.say(settings([http2.SETTINGS_HEADER_TABLE_SIZE, size]));
    const acks = () =>
      it.peer.heard.filter(({ type, flags }) =>
        type === http2.SETTINGS && flags === http2.ACK
      ).length;
    await waitFor("the answer", () => acks() === at + 2);
    reader.decoder.setMaxTableSize(size);
    const id = 2 * at + 1;
    const call = it.dialled.call({ timeoutMs: 5_000 + at });
    const { payload } = await it.peer.frame(http2.HEADERS, id);
    const fields = Object.fromEntries(reader.fields(payload));
    assertEquals(fields["grpc-timeout"], `${5_000 + at}m`);
    await it.peer.say(
      headers(id, ANSWER),
      data(id, message("x")),
      trailers(id),
    );
    await replyOf(call);
  }
});

// What an owner's callback throws is the program's, and hurts no other call.
import { Uncaught } from "../../../support/_uncaught.ts";
import { assert, assertEquals } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { waitFor } from "../../../../harness/mod.ts";
import { connected, EMPTY, PATH, replyOf, statusOf } from "../peer/_dialled.ts";
import {
  ANSWER,
  answer,
  data,
  headers,
  message,
  trailers,
} from "../peer/_raw_peer.ts";

function fail(): never {
  throw new Error("a fault of the owner");
}

const UNLIMITED = { timeoutMs: Infinity, headers: undefined };

Deno.test("Connection goes on, and the program hears of it, where an owner throws at the end of a call", async () => {
  await using it = await connected();
  using uncaught = new Uncaught();
  it.transport.unary(PATH, EMPTY, { ...UNLIMITED, onEnd: fail });
  const other = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 3);
  await it.peer.say(...answer(1, "thrown away"), ...answer(3, "kept"));
  assertEquals(await replyOf(other), "kept");
  assertEquals(uncaught.errors, ["a fault of the owner"]);
  assert(it.transport.ready);
});

Deno.test("Connection goes on with the stream whose owner throws at a message, or at its end", async () => {
  for (const asked of ["before", "later"] as const) {
    await using it = await connected();
    using uncaught = new Uncaught();
    let told = 0;
    const stream = it.transport.stream(PATH, {
      ...UNLIMITED,
      onMessage: () => {
        told++;
        fail();
      },
      onEnd: fail,
    });
    const read = () => {
      stream.read();
      stream.read();
    };
    if (asked === "before") read();
    const other = it.dialled.call();
    await it.peer.frame(http2.HEADERS, 3);
    await it.peer.say(
      headers(1, ANSWER),
      data(1, message("one")),
      data(1, message("two")),
      trailers(1),
      ...answer(3, "kept"),
    );
    assertEquals(await replyOf(other), "kept");
    if (asked === "later") read();
    await waitFor("all errors", () => uncaught.errors.length === 3);
    assertEquals(told, 2);
    assert(it.transport.ready);
    assertEquals(it.transport.inFlight, 0);
  }
});

Deno.test("Connection that is lost tells all calls so, though the first one's owner throws", async () => {
  await using it = await connected();
  using uncaught = new Uncaught();
  it.transport.unary(PATH, EMPTY, { ...UNLIMITED, onEnd: fail });
  const other = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 3);
  await it.peer.finish();
  assertEquals((await statusOf(other)).grpcCode, 14);
  await it.dialled.gone.promise;
  assertEquals(uncaught.errors, ["a fault of the owner"]);
});

// What is left where nothing runs, and what takes the place of what ends.
import { assert, assertEquals } from "@std/assert";
import * as http2 from "../../../../balancers/http2/_constants.ts";
import { type Connected, connected, replyOf, statusOf } from "./_dialled.ts";
import { answer } from "./_raw_peer.ts";

let shared: Connected;

Deno.test.beforeAll(async () => {
  shared = await connected({
    keepAlive: { timeMs: 60_000, timeoutMs: 60_000 },
  });
});

Deno.test.afterAll(async () => {
  await shared[Symbol.asyncDispose]();
});

// The sanitizers see to it: a timer of one call would outlive its test.
for (const id of [1, 3]) {
  Deno.test(`Connection that is idle has no timer, call ${id} with a deadline being over`, async () => {
    const call = shared.dialled.call({ timeoutMs: 60_000 });
    await shared.peer.frame(http2.HEADERS, id);
    await shared.peer.say(...answer(id, "x"));
    assertEquals(await replyOf(call), "x");
    assertEquals(shared.transport.inFlight, 0);
  });
}

Deno.test("Connection starts nothing in the place of a call that is canceled where all is aborted next", async () => {
  await using it = await connected({
    settings: [[http2.SETTINGS_MAX_CONCURRENT_STREAMS, 1]],
  });
  const running = it.dialled.call();
  await it.peer.frame(http2.HEADERS, 1);
  const waiting = it.dialled.call();
  running.cancel();
  it.transport.abort();
  const { grpcCode, sent } = await statusOf(waiting);
  assertEquals([grpcCode, sent], [1, false]);
  await statusOf(running);
  await it.peer.end();
  assert(it.peer.heard.every(({ streamId }) => streamId < 3));
});

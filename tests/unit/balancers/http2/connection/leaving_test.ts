// What is left where nothing runs, and what takes the place of what ends.
import { assert, assertEquals } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import { FakeServer } from "../../../../harness/mod.ts";
import {
  connected,
  Dialled,
  EMPTY,
  PATH,
  replyOf,
  statusOf,
} from "../peer/_dialled.ts";

let server: FakeServer;
let shared: Dialled;

Deno.test.beforeAll(async () => {
  server = await FakeServer.start();
  server.handle(PATH, () => EMPTY);
  shared = new Dialled(new URL(server.endpoint).host, {
    keepAlive: { timeMs: 60_000, timeoutMs: 60_000 },
  });
  await shared.ready.promise;
});

Deno.test.afterAll(async () => {
  await shared[Symbol.asyncDispose]();
  await server.close();
});

// The sanitizers see to it: a timer of one call would outlive its test.
for (const which of ["first", "second"]) {
  Deno.test(`Connection that is idle has no timer, its ${which} call being over`, async () => {
    assertEquals(await replyOf(shared.call({ timeoutMs: 60_000 })), "");
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
  const { grpcCode, reach } = await statusOf(waiting);
  assertEquals([grpcCode, reach], [1, "unsent"]);
  await statusOf(running);
  await it.peer.end();
  assert(it.peer.heard.every(({ streamId }) => streamId < 3));
});

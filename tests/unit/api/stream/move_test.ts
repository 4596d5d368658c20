// A stream that ends, or loses its endpoint, while it is being opened.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { StreamOpener } from "../../../../api/stream/_opener.ts";
import type { StreamOptions } from "../../../../balancers/transport/_contract.ts";
import { methods } from "../../../../proto/methods.ts";
import {
  endpoints,
  microtasks,
} from "../../balancers/transport/_fake_transport.ts";
import {
  type Scripted,
  scripted,
  type Setup,
} from "../call/_scripted_strategy.ts";

const { watch } = methods.watch;
const NOTHING = { send() {}, halfClose() {}, read() {}, cancel() {} };

/** Opens a stream on `a`; something happens before its opener knows of it. */
async function opened(
  meanwhile: (options: StreamOptions, setup: Setup<Scripted>) => void,
) {
  const made = scripted("a");
  const { pool, network, clock } = made;
  pool.start();
  const a = network.at("a");
  a.up();
  a.stream = (_path, options) => {
    queueMicrotask(() => meanwhile(options, made));
    return NOTHING;
  };
  const ends: string[] = [];
  await new StreamOpener(pool, { clock }).open(watch, {
    action: "watch",
    requireLeader: false,
    onRemoval: "move",
    signal: new AbortController().signal,
  }, { onMessage() {}, onEnd: ({ message }) => ends.push(message) });
  return { ...made, ends };
}

Deno.test("StreamOpener looks for no other endpoint for a stream that ended as it was opened", async () => {
  const { pool, strategy, ends } = await opened(({ onEnd }) =>
    onEnd({ grpcCode: 14, details: "gone", reach: "answered" })
  );
  assertEquals(ends.length, 1);
  strategy.log.length = 0;
  pool.setEndpoints(endpoints("b"));
  await microtasks();
  assertEquals(strategy.log.filter((hook) => hook.startsWith("pick")), []);
  await pool.close();
});

Deno.test("StreamOpener moves a stream whose endpoint was removed as it was opened", async () => {
  const { pool, strategy, network, ends } = await opened((_options, { pool }) =>
    pool.setEndpoints(endpoints("b"))
  );
  for (const connection of strategy.pool.connections) connection.connect();
  network.at("b").up();
  await microtasks();
  assertEquals(ends.length, 1);
  assertStringIncludes(ends[0] ?? "", "was removed from the endpoints");
  await pool.close();
});

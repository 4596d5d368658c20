// Streams leave a connection that the strategy trusts no more.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { StreamOpener } from "../../../../api/stream/_opener.ts";
import type { StreamSettings } from "../../../../api/stream/_open_stream.ts";
import type { EtcdError } from "../../../../errors/etcd_error.ts";
import { methods } from "../../../../proto/methods.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { scripted } from "../call/_scripted_strategy.ts";

/** Opens a stream on `a`, and has the strategy vacate that. */
async function vacated(settings: Partial<StreamSettings>) {
  const { pool, strategy, network, clock } = scripted("a");
  pool.start();
  const a = network.at("a");
  a.up();
  let canceled = false;
  a.stream = () => ({
    send() {},
    halfClose() {},
    read() {},
    cancel: () => canceled = true,
  });
  const ends: EtcdError[] = [];
  await new StreamOpener(pool, { clock }).open(methods.watch.watch, {
    action: "watch",
    requireLeader: false,
    onRemoval: "move",
    signal: new AbortController().signal,
    ...settings,
  }, { onMessage() {}, onEnd: (error) => ends.push(error) });
  const [connection] = strategy.pool.connections;
  assert(connection);
  strategy.pool.vacate(connection);
  await microtasks();
  await pool.close();
  return { canceled, ends };
}

Deno.test("A stream ends on a vacated connection with an error that lets its owner open it again", async () => {
  const { canceled, ends: [error, ...more] } = await vacated({});
  assert(canceled && error?.retryable);
  assertMatch(
    error.message,
    /^Cannot watch any longer: http:\/\/a:2379 is not trusted by the balancer any more \(unavailable\)$/,
  );
  assertEquals(more, []);
});

Deno.test("A stream that is read on demand stays on a vacated connection", async () => {
  const { canceled, ends } = await vacated({ messages: "when asked for" });
  assert(!canceled);
  assertEquals(ends, []);
});

Deno.test("A stream that waits for one of a vacated connection's is opened elsewhere", async () => {
  const { pool, strategy, network, clock } = scripted("ab");
  pool.start();
  const [a, b] = [network.at("a"), network.at("b")];
  a.up();
  const over = Promise.withResolvers<void>();
  a.stream = (_path, { onEnd }) => ({
    send() {},
    halfClose() {},
    read() {},
    cancel() {
      onEnd({ grpcCode: 1, details: "", reach: "unsent" });
      over.resolve();
    },
    wait: { maxStreams: 1, over: over.promise },
  });
  const ends: EtcdError[] = [];
  const opening = new StreamOpener(pool, { clock }).open(methods.watch.watch, {
    action: "watch",
    requireLeader: false,
    onRemoval: "move",
    signal: new AbortController().signal,
  }, { onMessage() {}, onEnd: (error) => ends.push(error) });
  await microtasks();
  b.up();
  b.stream = () => ({ send() {}, halfClose() {}, read() {}, cancel() {} });
  const [connection, other] = strategy.pool.connections;
  assert(connection && other);
  strategy.onPick = () => ({ action: "use", connection: other });
  strategy.pool.vacate(connection);
  const { endpoint } = await opening;
  assertEquals([endpoint, ends], ["http://b:2379", []]);
  await pool.close();
});

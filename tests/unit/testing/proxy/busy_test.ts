// Why the proxies have a thread of their own.
import { assertGreater, assertLess } from "@std/assert";
import { Worker } from "node:worker_threads";
import { startFaultProxy } from "../../../harness/mod.ts";

const BUSY_MS = 2_000;

/** A server, and a client that tells how long its longest round has taken. */
const PEERS = `
import { connect, createServer } from "node:net";
import { parentPort } from "node:worker_threads";
const server = createServer((socket) => socket.pipe(socket));
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
parentPort.on("message", ({ port, forMs }) => {
  const socket = connect(port, "127.0.0.1");
  const startMs = performance.now();
  let sentMs = startMs, longestMs = 0, rounds = 0;
  const send = () => { sentMs = performance.now(); socket.write("x"); };
  socket.on("connect", send);
  socket.on("data", () => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - sentMs);
    rounds++;
    if (nowMs - startMs < forMs) return send();
    socket.destroy();
    server.close(() => parentPort.postMessage({ longestMs, rounds }));
  });
});
`;

Deno.test("a busy program does not slow the bytes that go through its fault proxies", async () => {
  const peers = new Worker(
    new URL(`data:text/javascript,${encodeURIComponent(PEERS)}`),
  );
  const next = <T>() =>
    new Promise<T>((resolve) => peers.once("message", resolve));
  await using proxy = await startFaultProxy(await next<number>());
  const told = next<{ longestMs: number; rounds: number }>();
  peers.postMessage({
    port: Number(new URL(proxy.endpoint).port),
    forMs: BUSY_MS / 2,
  });
  const startMs = performance.now();
  while (performance.now() - startMs < BUSY_MS) { /* busy */ }
  const { longestMs, rounds } = await told;
  await peers.terminate();
  assertGreater(rounds, 10);
  assertLess(longestMs, BUSY_MS / 2);
});

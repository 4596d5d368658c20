// How calls end on a connection that is left, that the server leaves, or whose
// other end wants no more of the request.
import { assert, assertEquals } from "@std/assert";
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { makeDial } from "../../../../balancers/dial/_dial.ts";
import { parseEndpoint } from "../../../../balancers/transport/_endpoint.ts";
import type {
  CallStatus,
  Transport,
} from "../../../../balancers/transport/_contract.ts";
import { type BalancerName, Client, EtcdError } from "../../../../mod.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";

const PUT = methods.kv.put.path;
const RANGE = methods.kv.range.path;
const BALANCERS: readonly BalancerName[] = ["grpc1.0", "grpc1.7", "grpc1.23"];
const EMPTY = new Uint8Array();
const REFUSED = { kind: "reset", http2Code: 7 } as const;
const PINGS = 3;

/** Above the 64 KiB that a server takes unread. */
const LARGE = new Uint8Array(1_200_000);

/** A transport that pings every 50 ms while a call runs. */
async function pinging(
  { endpoint }: FakeServer,
): Promise<AsyncDisposable & { readonly transport: Transport }> {
  const dial = makeDial({
    tls: undefined,
    keepAlive: { timeMs: 50, timeoutMs: 10_000 },
    transport: "grpc-js",
  });
  const ready = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const address = parseEndpoint(endpoint, { tls: false });
  const transport = dial(address, {
    timeoutMs: 10_000,
    events: {
      onReady: ready.resolve,
      onDown: ({ reason }) => ready.reject(new Error(reason)),
      onGone: gone.resolve,
    },
  });
  await ready.promise;
  return {
    transport,
    async [Symbol.asyncDispose]() {
      transport.abort();
      await gone.promise;
    },
  };
}

const LEAVING: Readonly<
  Record<string, (transport: Transport, server: FakeServer) => void>
> = {
  "drain()": (transport) => transport.drain(),
  "a GOAWAY": (_transport, server) => server.goAway(),
  "two GOAWAYs": (_transport, server) => {
    server.goAway(0, { lastStreamId: 2 ** 31 - 1 });
    server.goAway(0, { lastStreamId: 3 });
  },
  "drain() and a GOAWAY": (transport, server) => {
    transport.drain();
    server.goAway();
  },
};

for (const [how, leave] of Object.entries(LEAVING)) {
  Deno.test(`Transport has calls and streams that run at ${how} finish, pinged as before`, async () => {
    await using server = await FakeServer.start();
    const answer = Promise.withResolvers<Uint8Array>();
    server.handle(RANGE, () => answer.promise);
    server.handleStream(PUT, async (stream) => {
      await answer.promise;
      stream.send(Uint8Array.of(2));
    });
    await using dialled = await pinging(server);
    const { transport } = dialled;
    const settings = { timeoutMs: 60_000, headers: undefined };
    const replied = new Promise<Uint8Array | CallStatus | undefined>((done) =>
      transport.unary(RANGE, EMPTY, {
        ...settings,
        onEnd: (answer) =>
          done(
            answer instanceof Uint8Array ? Uint8Array.from(answer) : answer,
          ),
      })
    );
    const streamed: number[] = [];
    const ended = new Promise<CallStatus>((onEnd) => {
      const stream = transport.stream(PUT, {
        ...settings,
        onMessage: (message) => streamed.push(...message),
        onEnd,
      });
      stream.read();
    });
    await waitFor("both", () => server.calls() === 2);
    let pings = 0;
    server.onPing = () => {
      pings++;
      if (pings === PINGS) answer.resolve(Uint8Array.of(1));
    };
    leave(transport, server);
    await waitFor("the end", () => !transport.ready);
    assertEquals(await replied, Uint8Array.of(1));
    assertEquals((await ended).grpcCode, 0);
    assertEquals(streamed, [2]);
    assert(pings >= PINGS);
    // With the last one the connection is over, by itself.
    await waitFor("its end", () => server.connections.open === 0);
  });
}

for (const balancer of BALANCERS) {
  Deno.test(`${balancer} | a write whose stream was reset with REFUSED_STREAM is in doubt, and not repeated`, async () => {
    await using server = await FakeServer.start();
    for (const path of [PUT, RANGE]) {
      server.handle(path, ({ count }) => count === 1 ? REFUSED : EMPTY);
    }
    await using client = new Client({
      endpoints: server.endpoint,
      balancer,
      transport: "grpc-js",
    });
    const error = await client.put("k", "v").catch((error) => error);
    assert(error instanceof EtcdError, `${error}`);
    assertEquals([error.code, error.maybeCommitted], ["unavailable", true]);
    assertEquals(server.calls(PUT), 1);
    assertEquals(await client.get("k"), undefined);
    assertEquals(server.calls(RANGE), 2, "a read is repeated");
  });
}

/** A proxy that answers an HTTP error at once, reading no more of anything. */
async function refusing(
  httpStatus: number,
): Promise<AsyncDisposable & { readonly endpoint: string; calls: number }> {
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => sessions.add(session));
  const proxy = {
    endpoint: "",
    calls: 0,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on("stream", (stream: ServerHttp2Stream) => {
    proxy.calls++;
    stream.on("error", () => {});
    stream.respond({ ":status": httpStatus, "content-type": "text/html" });
    stream.end("<html>");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  proxy.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

for (const balancer of BALANCERS) {
  Deno.test(`${balancer} | a put above a proxy's limit is told at once, with its HTTP status`, async () => {
    await using proxy = await refusing(413);
    const { endpoint } = proxy;
    await using client = new Client({
      transport: "grpc-js",
      endpoints: endpoint,
      balancer,
      requestTimeoutMs: 10_000,
    });
    const error = await client.put("k", LARGE).catch((error) => error);
    assert(error instanceof EtcdError, `${error}`);
    assertEquals(
      [error.code, error.maybeCommitted, error.retryable, error.message],
      [
        "request_too_large",
        false,
        false,
        `Cannot put: a proxy in front of ${endpoint} answered with HTTP status 413: it passes on no request of this size (request_too_large)`,
      ],
    );
    assertEquals(proxy.calls, 1);
  });
}

Deno.test("A put that a proxy answers with 503 before its end is told at once, in doubt", async () => {
  await using proxy = await refusing(503);
  await using client = new Client({
    transport: "grpc-js",
    endpoints: proxy.endpoint,
    requestTimeoutMs: 10_000,
  });
  const error = await client.put("k", LARGE).catch((error) => error);
  assert(error instanceof EtcdError, `${error}`);
  assertEquals([error.code, error.maybeCommitted], ["unavailable", true]);
  assert(error.message.includes("HTTP status code 503"), error.message);
});

// The interceptor around streams: their names, headers and ends.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  type ClientOptions,
  type InterceptedEnd,
  InterceptorError,
} from "../../../../mod.ts";
import { codecOf } from "../../../../proto/_codec.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";
import { Warnings } from "../telemetry/_warnings.ts";

const WATCH = methods.watch.watch.path;

/** A server whose watches are created, and told to end. */
async function watchServer(): Promise<
  FakeServer & { headers: unknown[]; end(): void }
> {
  const server = await FakeServer.start();
  const headers: unknown[] = [];
  let end = () => {};
  const created = codecOf("etcdserverpb.WatchResponse");
  server.handleStream(WATCH, async (stream) => {
    headers.push([stream.headers["x-a"], stream.headers["x-b"]]);
    end = () => stream.reset(2);
    for await (const _ of stream.messages) {
      stream.send(created.encode({
        created: true,
        watchId: { low: 1, high: 0 },
        header: { revision: { low: 5, high: 0 } },
      }));
    }
  });
  return Object.assign(server, { headers, end: () => end() });
}

function clientOf(
  server: FakeServer,
  interceptor: ClientOptions["interceptor"],
): Client {
  return new Client({
    endpoints: server.endpoint,
    headers: { "x-a": "client", "x-b": "client" },
    interceptor,
  });
}

Deno.test("interceptor: runs around each stream of a watch, with its name, headers and end", async () => {
  await using server = await watchServer();
  const seen: unknown[] = [];
  const ends: InterceptedEnd[] = [];
  const client = clientOf(
    server,
    async ({ method, kind, endpoint, request }, next) => {
      seen.push([method, kind, endpoint, request]);
      ends.push(await next({ headers: { "x-b": "interceptor" } }));
    },
  );
  const watch = client.watch("k");
  await watch.ready;
  server.end();
  await waitFor("the next stream", () => server.headers.length === 2);
  await waitFor("the end of the first", () => ends.length === 1);
  await watch.close();
  await waitFor("the end of the second", () => ends.length === 2);
  await client.close();
  const each = ["Watch.Watch", "stream", server.endpoint, undefined];
  assertEquals(seen, [each, each]);
  assertEquals(server.headers, [
    ["client", "interceptor"],
    ["client", "interceptor"],
  ]);
  assertEquals(ends.map(({ kind }) => kind), ["failed", "answered"]);
});

Deno.test("interceptor: one that throws before the stream ends the watch with an InterceptorError", async () => {
  await using server = await watchServer();
  const broken = new Error("broken");
  await using client = clientOf(server, () => {
    throw broken;
  });
  const watch = client.watch("k");
  const error = await assertRejects(
    () => watch.events().next(),
    InterceptorError,
    "the interceptor has thrown: broken",
  );
  assertEquals([error.code, error.method], [
    "interceptor_failed",
    "Watch.Watch",
  ]);
  assertEquals(server.headers, []);
});

Deno.test("interceptor: what it throws after the stream is a warning, and the watch goes on", async () => {
  await using server = await watchServer();
  using warnings = new Warnings();
  await using client = clientOf(server, async (_, next) => {
    await next();
    throw new Error("broken too late");
  });
  await using watch = client.watch("k");
  await watch.ready;
  server.end();
  await waitFor("the next stream", () => server.headers.length === 2);
  await waitFor("the warning", () => warnings.seen.length === 1);
  const [warning] = warnings.seen;
  assertEquals(warning?.name, "EtcdWarning");
  assert(warning?.detail?.includes("broken too late"), warning?.detail);
});

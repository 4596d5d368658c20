// One transport over real sockets: its dial, its calls and its end.
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { makeDial } from "../../../../balancers/dial/_dial.ts";
import { parseEndpoint } from "../../../../balancers/transport/_endpoint.ts";
import type {
  CallStatus,
  Dial,
  Transport,
} from "../../../../balancers/transport/_contract.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer } from "../../../harness/mod.ts";
import { BlackHole } from "../../support/_black_hole.ts";

const PATH = methods.kv.range.path;
const EMPTY = new Uint8Array();
const PLAIN = makeDial({
  tls: undefined,
  keepAlive: false,
  transport: "grpc-js",
});

/** A transport, and what it tells. */
class Dialled implements AsyncDisposable {
  readonly transport: Transport;
  readonly ready = Promise.withResolvers<void>();
  readonly down = Promise.withResolvers<string>();
  readonly #gone = Promise.withResolvers<void>();

  constructor(
    { target, dial = PLAIN }: { readonly target: string; readonly dial?: Dial },
    timeoutMs = 5_000,
  ) {
    const endpoint = {
      ...parseEndpoint("127.0.0.1:1", { tls: false }),
      target,
    };
    // A test that expects it to go down does not look at this one.
    this.ready.promise.catch(() => {});
    this.transport = dial(endpoint, {
      timeoutMs,
      events: {
        onReady: this.ready.resolve,
        onDown: ({ reason }) => {
          this.down.resolve(reason);
          this.ready.reject(new Error(reason));
        },
        onGone: this.#gone.resolve,
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.transport.abort();
    await this.#gone.promise;
  }
}

function targetOf({ endpoint }: FakeServer): string {
  return `ipv4:${new URL(endpoint).host}`;
}

function unary(transport: Transport): Promise<Uint8Array | CallStatus> {
  const settings = { timeoutMs: 5_000, headers: undefined };
  return new Promise((onEnd) =>
    transport.unary(PATH, EMPTY, { ...settings, onEnd })
  );
}

Deno.test("Transport.drain() lets a call that was started just before it go on", async () => {
  await using server = await FakeServer.start();
  server.handle(PATH, () => EMPTY);
  for (let turns = 0; turns < 4; turns++) {
    await using dialled = new Dialled({ target: targetOf(server) });
    const { transport, ready } = dialled;
    await ready.promise;
    const reply = unary(transport);
    for (let turn = 0; turn < turns; turn++) await undefined;
    transport.drain();
    assertEquals([...await reply as Uint8Array], [], `${turns} turns later`);
  }
});

Deno.test("Transport dials a name's next address when one does not answer", async () => {
  using hole = await BlackHole.open();
  await using server = await FakeServer.start();
  server.handle(PATH, () => EMPTY);
  const good = new URL(server.endpoint).host;
  const refused = "127.0.0.1:1";
  for (const first of [hole.address, refused]) {
    const startedAt = performance.now();
    await using dialled = new Dialled({ target: `ipv4:${first},${good}` });
    await dialled.ready.promise;
    const tookMs = performance.now() - startedAt;
    assert(tookMs < 4_500, `${tookMs} ms`);
    assertEquals([...await unary(dialled.transport) as Uint8Array], []);
    assertStrictEquals(dialled.transport.sockets, 1);
  }
});

Deno.test("Transport tells why the last of a name's addresses failed", async () => {
  await using dialled = new Dialled({ target: "ipv4:127.0.0.1:1,127.0.0.1:2" });
  assertStringIncludes(await dialled.down.promise, "127.0.0.1:2");
});

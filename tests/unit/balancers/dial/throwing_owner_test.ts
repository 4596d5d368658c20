// What an owner's callback throws is the program's to hear of, and hurts
// neither its connection nor any other call, whichever transport carries them.
import { Uncaught } from "../../support/_uncaught.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeDial } from "../../../../balancers/dial/mod.ts";
import {
  type CallStatus,
  parseEndpoint,
  type Transport,
  TRANSPORT_NAMES,
  type TransportEvents,
  type TransportName,
  type UnaryAnswer,
} from "../../../../balancers/transport/mod.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";
import { EMPTY, PATH } from "./_full_transport.ts";

const UNLIMITED = { timeoutMs: Infinity, headers: undefined };
const FAULT = "a fault of the owner";

function fail(): never {
  throw new Error(FAULT);
}

/** A transport whose owner throws at one event, and its peer. */
class Owned implements AsyncDisposable {
  readonly server: FakeServer;
  readonly transport: Transport;
  readonly uncaught: Uncaught = new Uncaught();
  readonly told: string[] = [];

  private constructor(server: FakeServer, options: {
    readonly name: TransportName;
    readonly throwing: keyof TransportEvents | undefined;
  }) {
    this.server = server;
    const event = (name: keyof TransportEvents) => () => {
      this.told.push(name);
      if (name === options.throwing) fail();
    };
    this.transport = makeDial({
      tls: undefined,
      keepAlive: false,
      transport: options.name,
    })(parseEndpoint(server.endpoint, { tls: false }), {
      timeoutMs: 10_000,
      events: {
        onReady: event("onReady"),
        onDown: event("onDown"),
        onGone: event("onGone"),
      },
    });
  }

  static async open(
    name: TransportName,
    throwing?: keyof TransportEvents,
    limit?: number,
  ): Promise<Owned> {
    const server = await FakeServer.start(
      limit === undefined ? {} : { maxConcurrentStreams: limit },
    );
    const owned = new Owned(server, { name, throwing });
    await owned.until("onReady");
    return owned;
  }

  async until(event: string): Promise<void> {
    await waitFor(event, () => this.told.includes(event));
  }

  call(): Promise<UnaryAnswer> {
    return new Promise((onEnd) => {
      this.transport.unary(PATH, EMPTY, { ...UNLIMITED, onEnd });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.transport.abort();
    await this.until("onGone");
    await this.server.close();
    this.uncaught[Symbol.dispose]();
  }
}

function codeOf(answer: UnaryAnswer): number {
  return answer instanceof Uint8Array ? 0 : answer.grpcCode;
}

for (const name of TRANSPORT_NAMES) {
  Deno.test(`Transport ${name} takes calls though its owner throws when it is ready`, async () => {
    await using it = await Owned.open(name, "onReady");
    it.server.handle(PATH, () => EMPTY);
    assertEquals(codeOf(await it.call()), 0);
    assertEquals(it.uncaught.errors, [FAULT]);
    assert(it.transport.ready);
  });

  Deno.test(`Transport ${name} ends every call, and itself, though its owner throws when it is lost`, async () => {
    await using it = await Owned.open(name, "onDown");
    it.server.handle(PATH, () => new Promise(() => {}));
    const calls = [it.call(), it.call()];
    await waitFor("both", () => it.server.calls(PATH) === 2);
    it.server.disconnect();
    assertEquals((await Promise.all(calls)).map(codeOf), [14, 14]);
    await it.until("onGone");
    assertEquals(it.uncaught.errors, [FAULT]);
    assertEquals(it.transport.sockets, 0);
  });

  Deno.test(`Transport ${name} has told all once its owner throws as it is gone`, async () => {
    await using it = await Owned.open(name, "onGone");
    it.transport.drain();
    await it.until("onGone");
    await waitFor("the error", () => it.uncaught.errors.length === 1);
    assertEquals(it.told, ["onReady", "onGone"]);
  });

  Deno.test(`Transport ${name} drops all that waits for a stream, though the first one's owner throws`, async () => {
    await using it = await Owned.open(name, undefined, 1);
    it.server.handle(PATH, () => new Promise(() => {}));
    const running = it.call();
    await waitFor("the first", () => it.server.calls(PATH) === 1);
    it.transport.unary(PATH, EMPTY, { ...UNLIMITED, onEnd: fail });
    const waiting = it.call();
    it.server.disconnect();
    assertEquals(codeOf(await waiting), 14);
    assertEquals(codeOf(await running), 14);
    await it.until("onGone");
    assertEquals(it.uncaught.errors, [FAULT]);
  });

  Deno.test(`Transport ${name} ends a call alone that cannot be made when its turn comes`, async () => {
    await using it = await Owned.open(name, undefined, 1);
    const hung: (() => void)[] = [];
    it.server.handle(
      PATH,
      () => new Promise((resolve) => hung.push(() => resolve(EMPTY))),
    );
    const first = it.call();
    await waitFor("the first", () => hung.length === 1);
    const broken = new Promise<UnaryAnswer>((onEnd) => {
      it.transport.unary(PATH, fail, { ...UNLIMITED, onEnd });
    });
    const next = it.call();
    hung[0]?.();
    assertEquals(codeOf(await first), 0);
    const status = await broken as CallStatus;
    assertEquals([status.grpcCode, status.reach], [13, "unsent"]);
    assertStringIncludes(status.details, FAULT);
    await waitFor("the next", () => hung.length === 2);
    hung[1]?.();
    assertEquals(codeOf(await next), 0);
    assertEquals(it.uncaught.errors, []);
    assert(it.transport.ready);
  });

  Deno.test(`Transport ${name} goes on with the stream whose owner throws at a message`, async () => {
    await using it = await Owned.open(name);
    it.server.handle(PATH, () => EMPTY);
    it.server.handleStream("/a.B/Stream", async (stream) => {
      for (const _ of "abc") await stream.send(EMPTY);
    });
    let told = 0;
    const ended = new Promise<CallStatus>((onEnd) => {
      const stream = it.transport.stream("/a.B/Stream", {
        ...UNLIMITED,
        onMessage() {
          told++;
          stream.read();
          fail();
        },
        onEnd,
      });
      stream.read();
    });
    assertEquals((await ended).grpcCode, 0);
    assertEquals(told, 3);
    assertEquals(it.uncaught.errors, [FAULT, FAULT, FAULT]);
    assertEquals(codeOf(await it.call()), 0);
  });
}

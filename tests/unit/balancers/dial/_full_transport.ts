import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeDial } from "../../../../balancers/dial/_dial.ts";
import { parseEndpoint } from "../../../../balancers/transport/_endpoint.ts";
import type {
  CallStatus,
  Transport,
} from "../../../../balancers/transport/_contract.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeServer, waitFor } from "../../../harness/mod.ts";

/** What the calls of {@linkcode Full} call. */
export const PATH: string = methods.kv.put.path;
/** No bytes. */
export const EMPTY: Uint8Array = new Uint8Array();

/** A transport whose peer allows so many streams, all taken by calls. */
export class Full implements AsyncDisposable {
  readonly server: FakeServer;
  readonly transport: Transport;
  /** Lets calls that hang at the server end, the oldest first. */
  readonly hung: (() => void)[];
  /** What became of the calls that took the streams. */
  readonly running: Promise<CallStatus | undefined>[] = [];
  down: string | undefined;
  readonly #gone: Promise<void>;

  private constructor(
    server: FakeServer,
    parts: {
      readonly transport: Transport;
      readonly hung: (() => void)[];
      readonly gone: Promise<void>;
    },
  ) {
    this.server = server;
    this.transport = parts.transport;
    this.hung = parts.hung;
    this.#gone = parts.gone;
  }

  static async open(maxConcurrentStreams: number): Promise<Full> {
    const server = await FakeServer.start({ maxConcurrentStreams });
    const hung: (() => void)[] = [];
    server.handle(
      PATH,
      () => new Promise((resolve) => hung.push(() => resolve(EMPTY))),
    );
    const ready = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const dial = makeDial({ tls: undefined, keepAlive: false });
    const endpoint = parseEndpoint(server.endpoint, { tls: false });
    const transport = dial(endpoint, {
      timeoutMs: 5_000,
      events: {
        onReady: ready.resolve,
        onDown: ({ reason }) => full.down = reason,
        onGone: gone.resolve,
      },
    });
    const full = new Full(server, { transport, hung, gone: gone.promise });
    await ready.promise;
    for (let call = 0; call < maxConcurrentStreams; call++) {
      full.running.push(full.call().ended);
    }
    await waitFor(
      "the calls to arrive",
      () => hung.length === maxConcurrentStreams,
    );
    return full;
  }

  /** Makes a call; resolves to nothing if it succeeds. */
  call(timeoutMs: number = Infinity, request: Uint8Array = EMPTY): Call {
    const settings = { timeoutMs, headers: undefined };
    const { promise, resolve } = Promise.withResolvers<
      CallStatus | undefined
    >();
    const { cancel } = this.transport.unary(PATH, request, {
      ...settings,
      onEnd: (answer) =>
        resolve(answer instanceof Uint8Array ? undefined : answer),
    });
    return { ended: promise, cancel };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.transport.abort();
    await this.#gone;
    await waitFor(
      "the server to know",
      () => this.server.connections.open === 0,
    );
    for (const end of this.hung) end();
    await this.server.close();
  }
}

/** A call that was started. */
export interface Call {
  readonly ended: Promise<CallStatus | undefined>;
  cancel(): void;
}

/** It has ended so, was never sent, and says why. */
export function assertUnsent(
  status: CallStatus | undefined,
  grpcCode: number,
): void {
  assert(status !== undefined);
  assertEquals([status.grpcCode, status.reach], [grpcCode, "unsent"]);
  assertStringIncludes(status.details, "(max concurrent streams)");
}

import { Client, type ClientOptions } from "../../../../mod.ts";
import { methods } from "../../../../proto/methods.ts";
import {
  type FakeAnswer,
  type FakeCall,
  type FakeHandler,
  FakeServer,
} from "../../../harness/mod.ts";

/** The path of reads. */
export const RANGE: string = methods.kv.range.path;

/** The path of puts. */
export const PUT: string = methods.kv.put.path;

/** A reply without fields. */
export const EMPTY: Uint8Array = new Uint8Array();

/** No answer. */
export const HANG = { kind: "hang" } as const;

/** A server, and a client of it alone. */
export class Pair implements AsyncDisposable {
  readonly server: FakeServer;
  readonly client: Client;

  constructor(server: FakeServer, options: Partial<ClientOptions>) {
    this.server = server;
    this.client = new Client({ endpoints: server.endpoint, ...options });
  }

  static async start(options: Partial<ClientOptions> = {}): Promise<Pair> {
    const server = await FakeServer.start();
    server.handle(RANGE, () => EMPTY).handle(PUT, () => EMPTY);
    return new Pair(server, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.server.close();
  }
}

/** The first answers, then success. */
export function first(...answers: readonly FakeAnswer[]): FakeHandler {
  return ({ count }: FakeCall): FakeAnswer => answers[count - 1] ?? EMPTY;
}

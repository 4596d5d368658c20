import { Client, type ClientEvent, type ClientOptions } from "../../mod.ts";
import { startEtcd, type TestCluster } from "../harness/mod.ts";
import type { Column, Front, Killable } from "./_column.ts";

/** Three members and what is in front of them, or what is in their place. */
export class Subject implements AsyncDisposable {
  readonly front: Front;
  readonly #cluster: TestCluster | undefined;
  #serial = 0;

  private constructor(cluster: TestCluster | undefined, front: Front) {
    this.#cluster = cluster;
    this.front = front;
  }

  static async start(column: Column): Promise<Subject> {
    if (column.standsAlone) {
      return new Subject(undefined, await column.start([]));
    }
    const cluster = await startEtcd();
    const hosts = cluster.members.map(({ directEndpoint }) =>
      new URL(directEndpoint).host
    );
    return new Subject(cluster, await column.start(hosts));
  }

  /** What has the data. */
  get servers(): readonly Killable[] {
    const { program } = this.front;
    return this.#cluster?.members ?? (program ? [program] : []);
  }

  /** A client of the members themselves, for the server's own view. */
  direct(): Client {
    return new Client({
      endpoints: this.#cluster?.members.map(({ directEndpoint }) =>
        directEndpoint
      ) ??
        this.front.endpoints,
    });
  }

  /** A client that goes through what is in front, and what it tells. */
  client(
    options: Omit<ClientOptions, "endpoints"> = {},
  ): { readonly client: Client; readonly events: readonly ClientEvent[] } {
    const events: ClientEvent[] = [];
    const client = new Client({
      ...options,
      endpoints: this.front.endpoints,
      onEvent: (event) => events.push(event),
    });
    return { client, events };
  }

  /** A name that no other check uses. */
  fresh(): string {
    this.#serial++;
    return `check${this.#serial}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.front[Symbol.asyncDispose]();
    await this.#cluster?.close();
  }
}

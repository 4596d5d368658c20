import { findEtcd } from "../tests/harness/mod.ts";

/** A way to the server that bytes are sent through. */
export interface GatewaySubject {
  readonly name: string;
  readonly port: number;
  /** The process whose CPU counts, if there is one in between. */
  readonly pid: number | undefined;
}

/** A server, and the ways to it: straight, by etcd's gateway, by ours. */
export class GatewaySubjects implements AsyncDisposable {
  readonly #children: Deno.ChildProcess[] = [];

  /** Starts all of them. */
  async start(): Promise<readonly GatewaySubject[]> {
    const { version, etcd } = await findEtcd();
    const source = this.#spawn(Deno.execPath(), [
      "run",
      "-A",
      `${import.meta.dirname}/gateway_source.ts`,
    ]);
    const port = Number(await firstLine(source.stdout));
    const args = ["start", `--endpoints=127.0.0.1:${port}`];
    const main = `${import.meta.dirname}/../gateway/main.ts`;
    return [
      { name: "no gateway", port, pid: undefined },
      await this.#gateway(`etcd gateway ${version}`, [
        etcd,
        "gateway",
        ...args,
      ]),
      await this.#gateway(`this, Deno ${Deno.version.deno}`, [
        Deno.execPath(),
        "run",
        "--allow-net",
        main,
        ...args,
      ]),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    await Promise.all(this.#children.map((child) => child.status));
  }

  async #gateway(
    name: string,
    [program = "", ...args]: readonly string[],
  ): Promise<GatewaySubject> {
    const port = freePort();
    const listen = `--listen-addr=127.0.0.1:${port}`;
    const { pid } = this.#spawn(program, [...args, listen]);
    for (;;) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port })).close();
        return { name, port, pid };
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      }
    }
  }

  #spawn(program: string, args: readonly string[]): Deno.ChildProcess {
    const child = new Deno.Command(program, {
      args: [...args],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#children.push(child);
    return child;
  }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  for await (const chunk of stream) return new TextDecoder().decode(chunk);
  throw new Error("Cannot read the port: the server said nothing");
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

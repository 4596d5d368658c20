import { findEtcd } from "../../tests/harness/mod.ts";

/** A way to the server that bytes are sent through. */
export interface GatewaySubject {
  readonly name: string;
  readonly port: number;
  /** The process whose CPU counts, if there is one in between. */
  readonly pid: number | undefined;
}

/**
 * A server, and the ways to it: straight, by etcd's gateway, by ours, and by
 * the least that a gateway on Deno can be.
 */
export class GatewaySubjects implements AsyncDisposable {
  readonly #children: Deno.ChildProcess[] = [];

  /** Starts all of them. */
  async start(): Promise<readonly GatewaySubject[]> {
    const { version, etcd } = await findEtcd();
    const source = this.#spawn(Deno.execPath(), [
      "run",
      "-A",
      `${import.meta.dirname}/source.ts`,
    ]);
    const port = Number(await firstLine(source.stdout));
    const args = ["start", `--endpoints=127.0.0.1:${port}`];
    const main = `${import.meta.dirname}/../../gateway/main.ts`;
    const deno = [Deno.execPath(), "run", "--allow-net"];
    const pipe = (name: string) => (own: number) => [
      ...deno,
      `${import.meta.dirname}/../peers/${name}.ts`,
      `${own}`,
      `${port}`,
    ];
    const listen = (own: number) => `--listen-addr=127.0.0.1:${own}`;
    return [
      { name: "no gateway", port, pid: undefined },
      await this.#gateway(
        `etcd gateway ${version}`,
        (own) => [etcd, "gateway", ...args, listen(own)],
      ),
      await this.#gateway(
        `this, Deno ${Deno.version.deno}`,
        (own) => [...deno, main, ...args, listen(own)],
      ),
      await this.#gateway(
        "this, --pass-resets",
        (own) => [...deno, main, ...args, "--pass-resets", listen(own)],
      ),
      await this.#gateway("bare pipe, Deno.connect", pipe("gateway_pipe")),
      await this.#gateway("bare pipe, node:net", pipe("gateway_node_pipe")),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    await Promise.all(this.#children.map((child) => child.status));
  }

  async #gateway(
    name: string,
    commandOn: (port: number) => readonly string[],
  ): Promise<GatewaySubject> {
    const port = freePort();
    const [program = "", ...args] = commandOn(port);
    const { pid } = this.#spawn(program, args);
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

import { assert, assertEquals } from "@std/assert";
import { run } from "../../harness/programs/_run.ts";
import { freePorts } from "../../harness/_ports.ts";
import { GatewayProcess, MAIN } from "./_process.ts";
import { connectTo, echo, readText, TcpPeer } from "../support/_tcp_peer.ts";

/** Whether a process may have files of its own in place of the system's. */
export async function mayUnshare(): Promise<boolean> {
  try {
    await run("unshare", ["-rm", "true"]);
    return true;
  } catch {
    return false;
  }
}

/**
 * Clients of a gateway whose first endpoint has a name that is known at the
 * start, and that nobody answers for afterwards.
 */
export async function nameStorm(count: number): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    const hosts = `${directory}/hosts`;
    const resolver = `${directory}/resolv.conf`;
    await Deno.writeTextFile(hosts, "127.0.0.1 localhost member.test\n");
    // Of TEST-NET-1 (RFC 5737): nothing is there.
    await Deno.writeTextFile(resolver, "nameserver 192.0.2.1\n");
    await using peer = new TcpPeer(echo("a"));
    const [dead = 0] = await freePorts(1);
    await using command = new GatewayProcess([
      "--listen-addr=127.0.0.1:0",
      // A name as well: it has to wait for a thread like the other.
      `--endpoints=member.test:${dead},localhost:${peer.port}`,
      // The name is asked for again and again.
      "--retry-delay=100ms",
    ], {
      program: [
        "unshare",
        "-rm",
        "sh",
        "-c",
        `mount --bind ${hosts} /etc/hosts && mount --bind ${resolver} /etc/resolv.conf && exec "$@"`,
        "sh",
        "deno",
        "run",
        "--no-prompt",
        "--allow-net",
        MAIN,
      ],
    });
    const address = await command.address();
    await Deno.writeTextFile(hosts, "127.0.0.1 localhost\n");
    // Longer than an answer is taken for a fresh one.
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    const startMs = performance.now();
    const answers = await Promise.all(
      Array.from({ length: count }, async () => {
        using client = await connectTo(address);
        return await readText(client, 1);
      }),
    );
    const tookMs = performance.now() - startMs;
    assertEquals(answers.filter((answer) => answer !== "a"), []);
    assert(tookMs < 10_000, `took ${tookMs} ms`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

import { assertEquals } from "@std/assert";
import { GatewayProcess } from "./_process.ts";
import { firstOutput } from "../support/_first_output.ts";
import { connectTo, readText, writeAll } from "../support/_tcp_peer.ts";

/** Sends for ever to who says `b`, and answers `a` to all others. */
const SOURCE = `
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
const chunk = new Uint8Array(256 << 10);
for await (const connection of listener) void serve(connection);
async function serve(connection) {
  try {
    const word = new Uint8Array(1);
    await connection.read(word);
    while (word[0] === 98) await connection.write(chunk);
    await connection.write(new TextEncoder().encode("a"));
  } catch {}
  connection.close();
}`;

/** So many that there is always something to pass on. */
const SINKS = 4;

/** Reads for ever. */
const SINK = `
const connection = await Deno.connect({ hostname: "127.0.0.1", port: PORT });
await connection.write(new TextEncoder().encode("b"));
const buffer = new Uint8Array(256 << 10);
let size = 0;
for (;;) {
  size += await connection.read(buffer);
  if (size > 64 << 20) { console.log("flowing"); size = -Infinity; }
}`;

/** A program of a few lines, and the first line that it says. */
async function start(
  program: string,
): Promise<{ readonly child: Deno.ChildProcess; readonly line: string }> {
  const child = new Deno.Command("deno", {
    args: ["eval", program],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  return { child, line: await firstOutput(child) };
}

async function end({ child }: { readonly child: Deno.ChildProcess }) {
  child.kill("SIGKILL");
  await child.stdout.cancel();
  await child.status;
}

/** How long so many connections take beside transfers that take all. */
export async function bulkStorm(count: number): Promise<number[]> {
  const source = await start(SOURCE);
  try {
    await using command = new GatewayProcess([
      "--listen-addr=127.0.0.1:0",
      `--endpoints=127.0.0.1:${source.line}`,
    ]);
    const address = await command.address();
    const port = address.slice(address.lastIndexOf(":") + 1);
    const sinks = await Promise.all(
      Array.from({ length: SINKS }, () => start(SINK.replace("PORT", port))),
    );
    try {
      for (const { line } of sinks) assertEquals(line, "flowing");
      const waitsMs: number[] = [];
      for (let n = 0; n < count; n++) {
        const startMs = performance.now();
        using client = await connectTo(address);
        await writeAll(client, new TextEncoder().encode("p"));
        assertEquals(await readText(client, 1), "a");
        waitsMs.push(performance.now() - startMs);
      }
      return waitsMs;
    } finally {
      await Promise.all(sinks.map(end));
    }
  } finally {
    await end(source);
  }
}

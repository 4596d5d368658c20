// The least a gateway on Deno can be: one endpoint, no limits, no log.
// deno run --allow-net gateway_pipe.ts PORT SERVER_PORT
const [port, serverPort] = Deno.args.map(Number);
const LARGE_BYTES = 256 << 10;
const hostname = "127.0.0.1";

const listener = Deno.listen({ hostname, port: port!, tcpBacklog: 4_096 });
for await (const client of listener) void pass(client);

async function pass(client: Deno.TcpConn): Promise<void> {
  try {
    using member = await Deno.connect({ hostname, port: serverPort! });
    await Promise.all([copy(client, member), copy(member, client)]);
  } catch {
    // Gone, one of them: so goes the other.
  } finally {
    client.close();
  }
}

async function copy(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  let buffer = new Uint8Array(4 << 10);
  for (;;) {
    const size = await from.read(buffer);
    if (size === null) return await to.closeWrite();
    for (let at = 0; at < size;) {
      at += await to.write(buffer.subarray(at, size));
    }
    if (size === buffer.length && size < LARGE_BYTES) {
      buffer = new Uint8Array(LARGE_BYTES);
    }
  }
}

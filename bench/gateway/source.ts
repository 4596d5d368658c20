// The server of gateway.ts: it sends as many bytes as it is asked for. Who asks
// for none gets one, and stays.
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
await Deno.stdout.write(new TextEncoder().encode(`${listener.addr.port}\n`));

for await (const connection of listener) void serve(connection);

async function serve(connection: Deno.TcpConn): Promise<void> {
  try {
    const asked = new Uint8Array(8);
    await connection.read(asked);
    const size = Number(new DataView(asked.buffer).getBigUint64(0));
    if (size === 0) {
      await connection.write(new Uint8Array(1));
      while (await connection.read(asked) !== null);
    }
    const chunk = new Uint8Array(256 << 10);
    for (let left = size; left > 0;) {
      left -= await connection.write(
        chunk.subarray(0, Math.min(left, chunk.length)),
      );
    }
  } finally {
    connection.close();
  }
}

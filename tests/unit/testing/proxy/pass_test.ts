// A fault proxy without a fault: it is not there.
import { createServer, type Socket } from "node:net";
import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { startFaultProxy, waitFor } from "../../../harness/mod.ts";
import { Pipe } from "../../../../testing/proxy/_pipe.ts";
import { Client, EchoServer } from "./_ends.ts";

Deno.test("FaultProxy passes a megabyte unchanged both ways, ends included", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  const sent = crypto.getRandomValues(new Uint8Array(65_536));
  for (let i = 0; i < 16; i++) client.socket.write(sent);
  client.socket.end();
  await client.closed;
  assertEquals(client.error, undefined);
  const got = Buffer.concat(client.chunks);
  assertEquals(got.length, 16 * sent.length);
  for (let i = 0; i < 16; i++) {
    assert(
      got.subarray(i * sent.length, (i + 1) * sent.length).equals(sent),
    );
  }
});

Deno.test("FaultProxy passes a half-close on and still delivers the answer", async () => {
  await using echo = await EchoServer.start((socket) => {
    socket.write("goodbye");
    socket.end();
  });
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  client.socket.end("hello ");
  await client.closed;
  assertEquals(client.text, "hello goodbye");
  assertEquals(client.error, undefined);
});

Deno.test("FaultProxy passes a reset of the server on as a reset", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await client.echo("x");
  echo.sockets[0]?.resetAndDestroy();
  await client.closed;
  assertEquals(client.error, "ECONNRESET");
});

Deno.test("FaultProxy passes a reset of the client on as a reset", async () => {
  await using echo = await EchoServer.start();
  await using proxy = await startFaultProxy(echo.port);
  await using client = await Client.open(proxy.endpoint);
  await client.echo("x");
  let code: string | undefined;
  echo.sockets[0]?.on("error", (error: Error & { code?: string }) => {
    code = error.code;
  });
  client.socket.resetAndDestroy();
  await waitFor("the reset at the server", () => code === "ECONNRESET");
});

Deno.test("FaultProxy resets a client whose server does not listen", async () => {
  let port: number;
  {
    await using echo = await EchoServer.start();
    port = echo.port;
  }
  await using proxy = await startFaultProxy(port);
  await using client = await Client.open(proxy.endpoint);
  await client.closed;
  assertEquals(client.error, "ECONNRESET");
});

Deno.test("a pipe that was full before it had a far end reads on afterwards", async () => {
  const size = 4 << 20;
  await using echo = await EchoServer.start();
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer((socket) => accepted.resolve(socket));
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve())
  );
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  await using client = await Client.open(`http://127.0.0.1:${address.port}`);
  const from = await accepted.promise;
  const pipe = new Pipe(from, { mode: { kind: "pass" }, onBytes: undefined });
  client.socket.write(new Uint8Array(size));
  await waitFor("a full pipe", () => from.isPaused());
  await using far = await Client.open(`http://127.0.0.1:${echo.port}`);
  pipe.connect(far.socket);
  await waitFor("every byte", () => far.size === size);
  pipe.close();
  from.destroy();
  await new Promise((resolve) => server.close(resolve));
});

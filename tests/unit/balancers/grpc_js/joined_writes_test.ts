import { assert, assertEquals } from "@std/assert";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { joinWrites } from "../../../../balancers/grpc_js/_joined_writes.ts";

/** Two ends of a connection. */
async function pair(): Promise<
  AsyncDisposable & { readonly near: Socket; readonly far: Socket }
> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert(typeof address === "object" && address !== null);
  const accepted = once(server, "connection");
  const near = connect(address.port, "127.0.0.1");
  const [far] = await accepted as [Socket];
  return {
    near,
    far,
    async [Symbol.asyncDispose]() {
      const closed = [near, far].filter(({ closed }) => !closed)
        .map((socket) => once(socket, "close"));
      near.destroy();
      far.destroy();
      await Promise.all(closed);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads until there is so much. */
async function read(far: Socket, length: number): Promise<string> {
  let text = "";
  for await (const chunk of far.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.length >= length) break;
  }
  return text;
}

Deno.test("joinWrites() makes the writes of one turn one, in their order", async () => {
  await using ends = await pair();
  const { near, far } = ends;
  const sizes: number[] = [];
  const handed = near._writev?.bind(near);
  near._writev = (chunks, done) => {
    sizes.push(chunks.length);
    handed?.(chunks, done);
  };
  joinWrites(near);
  const written: string[] = [];
  near.write("a", () => written.push("a"));
  near.write("b", () => written.push("b"));
  await Promise.resolve();
  near.write("c", () => written.push("c"));
  assertEquals(await read(far, 3), "abc");
  assertEquals([sizes, written], [[3], ["a", "b", "c"]]);
  near.write("d");
  near.write("e");
  assertEquals(await read(far, 2), "de");
  assertEquals(sizes, [3, 2]);
});

Deno.test("joinWrites() lets a socket that ends send what was written", async () => {
  await using ends = await pair();
  const { near, far } = ends;
  joinWrites(near);
  near.write("last");
  near.end(" words");
  assertEquals(await read(far, 100), "last words");
});

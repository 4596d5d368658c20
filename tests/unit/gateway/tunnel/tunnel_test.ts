// A tunnel on a clock that stands still.
import { assert, assertEquals } from "@std/assert";
import { Tunnel } from "../../../../gateway/tunnel/_tunnel.ts";
import { waitFor } from "../../../harness/mod.ts";
import { FakeClock } from "../../support/_fake_clock.ts";
import {
  connectTo,
  readText,
  readToEnd,
  writeAll,
} from "../../support/_tcp_peer.ts";

Deno.test("Tunnel ends when one side has ended and the other is silent for long", async () => {
  for (const answer of ["", "late"]) {
    const clock = new FakeClock();
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accept = async () => {
      const far = await connectTo(`127.0.0.1:${listener.addr.port}`);
      return { far, near: await listener.accept() };
    };
    const client = await accept();
    const member = await accept();
    let toMember = 0;
    let toClient = 0;
    const tunnel = new Tunnel({
      client: client.near,
      member: member.near,
      clock,
      onBytesToMember: (bytes) => toMember += bytes,
      onBytesToClient: (bytes) => toClient += bytes,
    });
    await writeAll(client.far, new TextEncoder().encode("ask"));
    await waitFor("the question", () => toMember === 3);
    assertEquals(clock.pending, 0);
    // A client that is gone, and a member that hangs: neither says more.
    await client.far.closeWrite();
    await waitFor("the end noticed", () => clock.pending === 1);
    clock.advance(119_999);
    if (answer !== "") {
      await writeAll(member.far, new TextEncoder().encode(answer));
      await waitFor("the answer", () => toClient === answer.length);
      clock.advance(1);
      assertEquals(await readText(client.far, 4), answer);
      clock.advance(119_999);
    }
    clock.advance(1);
    await tunnel.closed;
    assertEquals(clock.pending, 0);
    assertEquals((await readToEnd(client.far)).bytes.length, 0);
    client.far.close();
    member.far.close();
    listener.close();
  }
});

/** The far end of a transfer that never has to wait for anything. */
class ReadyConnection {
  reads = 0;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.reads === this.#most) return Promise.resolve(null);
    this.reads++;
    return Promise.resolve(buffer.length);
  }

  write(bytes: Uint8Array): Promise<number> {
    return Promise.resolve(bytes.length);
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  setNoDelay(): void {}

  setKeepAlive(): void {}

  close(): void {}
}

Deno.test("Tunnel lets new connections in while it has bytes to pass on all the time", async () => {
  const most = 5_000;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = new ReadyConnection(most);
  const member = new ReadyConnection(0);
  const { closed } = new Tunnel({
    client: client as unknown as Deno.TcpConn,
    member: member as unknown as Deno.TcpConn,
    clock: new FakeClock(),
    onBytesToMember() {},
    onBytesToClient() {},
  });
  const dialed = connectTo(`127.0.0.1:${listener.addr.port}`);
  const [near, far] = await Promise.all([listener.accept(), dialed]);
  const readsMeanwhile = client.reads;
  near.close();
  far.close();
  listener.close();
  await closed;
  assert(readsMeanwhile < most / 4, `${readsMeanwhile} of ${most} came first`);
});

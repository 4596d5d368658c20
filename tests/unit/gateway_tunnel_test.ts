// A tunnel on a clock that stands still.
import { assertEquals } from "@std/assert";
import { Tunnel } from "../../gateway/_tunnel.ts";
import { waitFor } from "../harness/mod.ts";
import { FakeClock } from "./_fake_clock.ts";
import { connectTo, readText, readToEnd, writeAll } from "./_tcp_peer.ts";

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

// Headers that cannot be sent: a token, for one, is whatever a server has given.
import { assert, assertEquals } from "@std/assert";
import * as http2 from "../../../../../balancers/http2/frames/_constants.ts";
import type { Headers } from "../../../../../balancers/transport/mod.ts";
import { connected, replyOf, statusOf } from "../peer/_dialled.ts";
import { answer } from "../peer/_raw_peer.ts";

const WRONG: Readonly<Record<string, readonly [Headers, RegExp]>> = {
  "a line break in them": [
    { token: "a\r\nb: c" },
    /^Cannot send header 'token': its value has a forbidden character$/,
  ],
  "a name that is none": [
    { "A B": "c" },
    /^Cannot send a header: its name is 'A B'$/,
  ],
  "too many bytes": [
    { token: "t".repeat(1_000_000) },
    /^Cannot send headers: they have 1000\d{3} bytes, allowed are 65536$/,
  ],
};

for (const [what, [headers, details]] of Object.entries(WRONG)) {
  Deno.test(`Connection ends a call unsent whose headers have ${what}, and leaves nothing of it`, async () => {
    await using it = await connected();
    const status = await statusOf(it.dialled.call({ headers }));
    assertEquals([status.grpcCode, status.reach], [13, "unsent"]);
    assert(details.test(status.details), status.details);
    assertEquals(it.transport.inFlight, 0);
    const next = it.dialled.call({ headers: { token: "t".repeat(60_000) } });
    await it.peer.frame(http2.HEADERS, 1);
    await it.peer.say(...answer(1, "served"));
    assertEquals(await replyOf(next), "served");
    assert(it.transport.ready);
  });
}

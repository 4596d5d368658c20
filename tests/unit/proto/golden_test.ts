// Our codec against what real servers and Go's own client sent.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { codecOf } from "../../../proto/_codec.ts";
import { rpcs } from "../../../proto/gen/rpcs.ts";
import recorded35 from "../goldens/etcd_3.5.16.json" with { type: "json" };
import { RECORDINGS, rpcOf } from "./_golden_calls.ts";

for (const { version, calls } of RECORDINGS) {
  Deno.test(`recorded messages | etcd ${version} | lose nothing`, () => {
    let count = 0;
    for (const golden of calls) {
      const { request, response } = rpcOf(golden);
      for (
        const [type, messages] of [
          [request, golden.requests],
          [response, golden.replies],
        ] as const
      ) {
        const codec = codecOf(type);
        for (const hex of messages) {
          const message = codec.decode(Uint8Array.fromHex(hex));
          assertEquals(codec.encode(message).toHex(), hex, golden.title);
          count++;
        }
      }
    }
    assert(count > 130, `${count} messages`);
  });

  Deno.test(`recorded messages | etcd ${version} | cover the API`, () => {
    const covered = new Set(calls.map(({ path }) => path));
    const is34 = version.startsWith("3.4.");
    assertEquals(
      Object.entries(rpcs).filter(([, { path }]) => !covered.has(path))
        .map(([name]) => name).sort(),
      [
        // Needs more than one member, or has nothing to say with one.
        "Cluster.MemberPromote",
        "Maintenance.MoveLeader",
        "Election.Observe",
        "Health.Watch",
        // A whole database.
        "Maintenance.Snapshot",
        // Newer than the server.
        "KV.RangeStream",
        ...(is34 ? ["Auth.AuthStatus", "Maintenance.Downgrade"] : []),
      ].sort(),
    );
    assertEquals(
      calls.filter(({ status }) => status !== "0").map(({ title }) => title),
      // Streams that end by being left.
      ["watch", "watch stream", "keep alive"],
    );
  });
}

Deno.test("a field we do not know would be noticed", () => {
  const [golden] = recorded35.calls;
  assert(golden);
  const codec = codecOf(rpcOf(golden).response);
  // Field 200 with the number 1.
  const newer = `${golden.replies[0]}c00c01`;
  assertNotEquals(
    codec.encode(codec.decode(Uint8Array.fromHex(newer))).toHex(),
    newer,
  );
});

import { assertEquals } from "@std/assert";
import type { WindowReport } from "../../soak/_protocol.ts";
import { WriteJudge } from "../../soak/writes.ts";

const NOTHING: WindowReport = {
  calls: 0,
  errors: {},
  reconnects: 0,
  watches: 0,
  locks: 0,
  leases: 0,
  acked: [],
  refused: [],
  revisions: [],
  lostLeases: [],
  faults: [],
};

/** What etcd has; each write is at a revision of its own. */
function etcd(...tokens: readonly string[]) {
  const revisions = new Map(
    tokens.map((token, at) => [BigInt(at + 1), [`put soak/w/1 v1 ${token}`]]),
  );
  return { revisions, faults: [] };
}

/** A report whose watch has all that etcd has. */
function report(
  { revisions }: ReturnType<typeof etcd>,
  more: Partial<WindowReport> = {},
): WindowReport {
  return {
    ...NOTHING,
    revisions: [...revisions].map(([at, events]) => [String(at), events]),
    ...more,
  };
}

Deno.test("WriteJudge finds nothing where all was true", () => {
  const truth = etcd("1.1", "1.2");
  const acked = [{ token: "1.2", revision: "2" }];
  const said = report(truth, { acked, refused: ["1.3"] });
  assertEquals(new WriteJudge().judge(said, truth), []);
});

Deno.test("WriteJudge finds an acknowledged write that is not there, or elsewhere", () => {
  const truth = etcd("1.1", "1.2");
  const acked = [
    { token: "1.3", revision: "1" },
    { token: "1.2", revision: "1" },
  ];
  assertEquals(new WriteJudge().judge(report(truth, { acked }), truth), [
    "the write 1.3 was acknowledged at 1, and is not there",
    "the write 1.2 was acknowledged at 1, and is not there",
  ]);
});

Deno.test("WriteJudge finds a refused write that was applied, in its window or later", () => {
  const judge = new WriteJudge();
  const [first, later] = [etcd("1.1"), etcd("2.1", "1.2")];
  assertEquals(
    judge.judge(report(first, { refused: ["1.1", "1.2"] }), first),
    ["the write 1.1 was said not to be applied, and was"],
  );
  assertEquals(judge.judge(report(later), later), [
    "the write 1.2 was said not to be applied, and was",
  ]);
});

Deno.test("WriteJudge finds a write that was applied twice", () => {
  const truth = etcd("1.1", "1.1");
  assertEquals(new WriteJudge().judge(report(truth), truth), [
    "the write 1.1 was applied 2 times",
  ]);
});

Deno.test("WriteJudge finds what a watch has left out, has more, or has otherwise", () => {
  const truth = etcd("1.1", "1.2");
  const revisions = [["2", ["put soak/w/1 v1 x"]], ["9", ["delete"]]] as const;
  assertEquals(new WriteJudge().judge({ ...NOTHING, revisions }, truth), [
    "a watch has a gap at 1",
    "a watch has [put soak/w/1 v1 x] at 2, and not [put soak/w/1 v1 1.2]",
    "a watch has 9, which never was",
  ]);
});

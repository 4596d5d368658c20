// Transactions that are applied once, by the answers that a store may give.
import { assert, assertEquals, assertFalse } from "@std/assert";
import { withDeadline, type WorkContext } from "../../../../api/waiting/mod.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import {
  type Keyspace,
  type Lease,
  op,
  type Operation,
  type Txn,
} from "../../../../mod.ts";
import { OnceWriter } from "../../../../recipes/steps/mod.ts";

const LEASE = { id: 1n } as Lease;
const DOUBT = createError("Cannot do it: the connection was lost", {
  code: "connection_lost",
  maybeCommitted: true,
});
const NO_LEASE = createError("Cannot do it: no lease", {
  code: "lease_not_found",
});

/** An answer of the store; of a refusal, with the revision of the lane. */
type Answer =
  | Error
  | { readonly succeeded: boolean; readonly revision: bigint; lane?: bigint };

/** A writer whose store gives these answers, and what was asked of it. */
function scripted(answers: Answer[]) {
  const asked: Txn<readonly Operation[], readonly Operation[]>[] = [];
  const txn = (one: Txn<readonly Operation[], readonly Operation[]>) => {
    asked.push(one);
    const answer = answers.shift();
    if (answer === undefined) throw new Error("Cannot answer: no more answers");
    if (answer instanceof Error) return Promise.reject(answer);
    const { succeeded, revision, lane } = answer;
    const first = lane === undefined ? undefined : { modRevision: lane };
    return Promise.resolve({
      header: { revision },
      succeeded,
      results: [first, "second"],
    });
  };
  const keys = { txn } as unknown as Pick<Keyspace, "txn">;
  return { asked, writer: new OnceWriter(keys, new Uint8Array([120])) };
}

function working<T>(work: (context: WorkContext) => Promise<T>): Promise<T> {
  return withDeadline({ timeoutMs: 10_000, action: () => "try" }, work);
}

const TXN = { if: [], then: [op.delete("x")], else: [op.get("x")] };

Deno.test("Lane.write() sends a second copy under the same condition, and the lane tells that the first was applied", async () => {
  const { asked, writer } = scripted([
    DOUBT,
    { succeeded: false, revision: 9n, lane: 7n },
    { succeeded: true, revision: 10n },
  ]);
  const lane = writer.take(LEASE);
  await working(async (context) => {
    const outcome = await lane.write(TXN, context);
    assertEquals(outcome, {
      kind: "applied",
      revision: 7n,
      results: undefined,
    });
    assertFalse(context.maybeCommitted);
  });
  assertEquals(asked[0], asked[1]);
  writer.give(lane);
  writer.give(lane);
  assertEquals(writer.take(LEASE), lane);
  assert(writer.take(LEASE) !== lane, "the same lane twice");
  await working((context) => lane.write(TXN, context));
  assertEquals(asked[2]?.if?.[0]?.value, 7n);
});

Deno.test("Lane.write() has late copies refused after a refusal, and the lane is not used again", async () => {
  const { asked, writer } = scripted([
    DOUBT,
    { succeeded: false, revision: 9n },
    { succeeded: true, revision: 10n },
  ]);
  const lane = writer.take(LEASE);
  const outcome = await working((context) => lane.write(TXN, context));
  assertEquals(outcome.kind, "refused");
  const fence = asked[2];
  assertEquals(fence?.if, undefined);
  assertEquals(fence?.then?.map(({ kind }) => kind), ["put"]);
  writer.give(lane);
  assert(writer.take(LEASE) !== lane);
});

Deno.test("Lane.write() gives a refusal at once if nothing is in doubt", async () => {
  const { asked, writer } = scripted([{ succeeded: false, revision: 9n }]);
  const lane = writer.take(LEASE);
  const outcome = await working((context) => lane.write(TXN, context));
  assertEquals(outcome.kind, "refused");
  assertEquals(asked.length, 1);
  writer.give(lane);
  assertEquals(writer.take(LEASE), lane);
});

for (const inDoubt of [false, true]) {
  Deno.test(`Lane.write() tells that its lease has ended, ${inDoubt ? "after" : "without"} a doubt`, async () => {
    const { writer } = scripted([...inDoubt ? [DOUBT] : [], NO_LEASE]);
    const lane = writer.take(LEASE);
    const outcome = await working((context) => lane.write(TXN, context));
    assertEquals(outcome, { kind: "lost", inDoubt });
  });
}

Deno.test("Lane.write() trusts no lane that was deleted, or of a store that has gone back", async () => {
  const { writer } = scripted([
    { succeeded: true, revision: 5n },
    { succeeded: false, revision: 9n, lane: 3n },
  ]);
  const lane = writer.take(LEASE);
  await working(async (context) => {
    assertEquals((await lane.write(TXN, context)).kind, "applied");
    assertEquals(await lane.write(TXN, context), {
      kind: "lost",
      inDoubt: false,
    });
  });
  writer.give(lane);
  assert(writer.take(LEASE) !== lane);
});

Deno.test("Lane.undo() leaves a lane that is not used again, nor for another lease", async () => {
  const { asked, writer } = scripted([{ succeeded: true, revision: 5n }]);
  const lane = writer.take(LEASE);
  await working((context) => lane.undo(op.delete("x"), context));
  assertEquals(asked[0]?.then?.map(({ kind }) => kind), ["put", "delete"]);
  writer.give(lane);
  assert(writer.take(LEASE) !== lane);
  const free = writer.take(LEASE);
  writer.give(free);
  assert(writer.take({ id: 2n } as Lease) !== free);
});

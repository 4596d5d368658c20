import { assertEquals } from "@std/assert";
import { BatchedCall } from "../../../../api/batch/_call.ts";
import { toOperation } from "../../../../api/batch/_operation.ts";
import { WaitingCalls } from "../../../../api/batch/_waiting_calls.ts";
import type { Method } from "../../../../proto/method.ts";
import { methods } from "../../../../proto/methods.ts";

/** A call that puts the key, or reads one where none is given. */
function callOf(key: string | undefined): BatchedCall {
  const bytes = new TextEncoder().encode(key ?? "read");
  const method = key === undefined ? methods.kv.range : methods.kv.put;
  const operation = toOperation(method, { key: bytes, value: bytes }, "all");
  if (operation === undefined) throw new Error("no operation of a batch");
  const call = new BatchedCall({
    operation,
    call: { method: method as Method<unknown, unknown>, action: "test" },
    signal: undefined,
    timeoutMs: Infinity,
  }, 0);
  call.answer.catch(() => {});
  return call;
}

const any = () => true;

Deno.test("WaitingCalls gives one write of each key, in their order, and the next when that is answered", () => {
  const waiting = new WaitingCalls();
  const [a1, a2, b1] = [callOf("a"), callOf("a"), callOf("b")];
  for (const call of [a1, a2, b1]) waiting.add(call);
  assertEquals([waiting.take(any), waiting.take(any)], [a1, b1]);
  assertEquals(waiting.take(any), undefined);
  waiting.release("a");
  assertEquals(waiting.take(any), a2);
  waiting.release("a");
  waiting.release("b");
  assertEquals([waiting.size, waiting.isWriting("a")], [0, false]);
});

Deno.test("WaitingCalls puts calls back before those that came later", () => {
  const waiting = new WaitingCalls();
  const [a1, a2, read] = [callOf("a"), callOf("a"), callOf(undefined)];
  for (const call of [a1, a2, read]) waiting.add(call);
  assertEquals([waiting.take(any), waiting.take(any)], [a1, read]);
  waiting.putBack([a1, read]);
  waiting.release("a");
  assertEquals([...waiting].length, 3);
  assertEquals([waiting.take(any), waiting.take(any)], [a1, read]);
  waiting.release("a");
  assertEquals(waiting.take(any), a2);
});

Deno.test("WaitingCalls drops what needs no answer any more", () => {
  const waiting = new WaitingCalls();
  const [a1, a2] = [callOf("a"), callOf("a")];
  for (const call of [a1, a2]) waiting.add(call);
  a1.fail(new Error("aborted"));
  assertEquals(waiting.take(any), a2);
  assertEquals(waiting.size, 0);
});

Deno.test("WaitingCalls looks at one call where a thousand wait behind a write to their key", () => {
  const waiting = new WaitingCalls();
  for (let count = 0; count < 1_000; count++) waiting.add(callOf("a"));
  let looks = 0;
  const looking = () => {
    looks++;
    return true;
  };
  for (let taken = 0; taken < 10; taken++) {
    waiting.take(looking);
    waiting.take(looking);
    waiting.release("a");
  }
  assertEquals(looks, 10);
});

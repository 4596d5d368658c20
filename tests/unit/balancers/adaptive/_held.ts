import type { Subject } from "./_subject.ts";

/** How long a put waits before it goes, or fails. */
export function heldMs(subject: Subject): { put: string; ms: number } {
  for (let ms = 0; ms < 60_000; ms += 5) {
    const put = subject.put();
    if (put !== "wait") return { put, ms };
    subject.pool.clock.advance(5);
  }
  return { put: "wait", ms: Infinity };
}

/** Nobody answers from now on, and that has been noticed. */
export function loseQuorum(subject: Subject): void {
  subject.late("a", { method: "KV.Put", repeatable: false });
  subject.pool.clock.advance(250);
}

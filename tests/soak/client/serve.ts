import type { ClientSettings, Order } from "../_protocol.ts";
import { Subject } from "./subject.ts";

/**
 * Does what it is told on standard input, until it is told to end.
 *
 * @param onRest Called at each quiet point, for a program that is to leak.
 */
export async function serve(
  settings: ClientSettings,
  onRest: (subject: Subject) => unknown = () => {},
): Promise<void> {
  const subject = new Subject(settings);
  let ended = false;
  for await (const order of readOrders()) {
    try {
      const answer = await follow(subject, order);
      if (order.name === "rest") await onRest(subject);
      await say(JSON.stringify(answer ?? {}));
    } catch (error) {
      // The subject holds on to whatever is thrown: that is told of the client.
      reportAndExit(error);
    }
    ended = order.name === "end";
  }
  // It lives until then: what it has left open is counted from outside.
  if (ended) return;
  reportAndExit("The soak has gone: the client ends with it");
}

function follow(subject: Subject, order: Order): Promise<unknown> {
  switch (order.name) {
    case "load":
      return subject.load(order);
    case "rest":
      return subject.rest();
    case "tell":
      return subject.tell(order);
    case "measure":
      return subject.measure();
    case "end":
      return subject.end();
  }
}

function reportAndExit(error: unknown): never {
  const text = error instanceof Error ? error.stack : String(error);
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
  Deno.exit(1);
}

async function* readOrders(): AsyncGenerator<Order> {
  let text = "";
  const pieces = Deno.stdin.readable.pipeThrough(new TextDecoderStream());
  for await (const piece of pieces) {
    text += piece;
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}

async function say(line: string): Promise<void> {
  const bytes = new TextEncoder().encode(`${line}\n`);
  for (let at = 0; at < bytes.length;) {
    at += await Deno.stdout.write(bytes.subarray(at));
  }
}

/** Lines of the task runner for people: results, and notes beside them. */

const encoder = new TextEncoder();

/** One line of a task's result. */
export function print(line: string): void {
  writeFully(Deno.stdout, `${line}\n`);
}

/** One line about what is going on; never part of a result. */
export function note(line: string): void {
  writeFully(Deno.stderr, `${line}\n`);
}

function writeFully(
  target: { writeSync(bytes: Uint8Array): number },
  text: string,
): void {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) {
    at += target.writeSync(bytes.subarray(at));
  }
}

/**
 * Ports are taken below the range the kernel uses for outgoing connections:
 * the port of a refusing proxy must not become some connection's own port.
 */
const FIRST_PORT = 20_000;
const PORT_COUNT = 10_000;

/** The ports of one process, so that it leaves those of others alone. */
const BLOCK_SIZE = 500;

/**
 * The first port of this process's block, on which it listens as long as it
 * lives: a member that is down for a moment must find its port free again,
 * whatever other test files run beside this one.
 */
const BLOCK = claimBlock();

/** Ports are given out by turns, so that one just left is not the next. */
let given = 0;

/** Finds `count` ports of 127.0.0.1 that are free, all at the same time. */
export function freePorts(count: number): number[] {
  const listeners: Deno.Listener[] = [];
  const ports: number[] = [];
  try {
    for (let step = 0; step < PORT_COUNT && ports.length < count; step++) {
      const port = nextPort();
      const listener = tryListen(port);
      if (listener === undefined) continue;
      listeners.push(listener);
      ports.push(port);
    }
  } finally {
    for (const listener of listeners) listener.close();
  }
  if (ports.length < count) {
    throw new Error(
      `Cannot find ${count} free ports between ${FIRST_PORT} and ${
        FIRST_PORT + PORT_COUNT - 1
      }: found ${ports.length}`,
    );
  }
  return ports;
}

function nextPort(): number {
  if (BLOCK === undefined) {
    return FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
  }
  given = given % (BLOCK_SIZE - 1) + 1;
  return BLOCK.port + given;
}

/** Takes a block nobody has; none if all are taken. */
function claimBlock():
  | { readonly port: number; readonly mark: Deno.Listener }
  | undefined {
  const blocks = PORT_COUNT / BLOCK_SIZE;
  const start = Math.floor(Math.random() * blocks);
  for (let step = 0; step < blocks; step++) {
    const port = FIRST_PORT + (start + step) % blocks * BLOCK_SIZE;
    const mark = tryListen(port);
    if (mark !== undefined) return { port, mark };
  }
  return undefined;
}

/** How often another process may take a port between look and use. */
const MAX_ATTEMPTS = 3;

/** Runs `start`, and again if a port it chose was taken in between. */
export async function retryOnTakenPort<T>(
  start: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isTakenPort(error)) throw error;
    }
  }
}

/** Node's own wording of the error, and Go's in a member's log. */
function isTakenPort(error: unknown): boolean {
  return error instanceof Error &&
    /EADDRINUSE|address already in use/i.test(error.message);
}

function tryListen(port: number): Deno.Listener | undefined {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}

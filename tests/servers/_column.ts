import { freePorts } from "../harness/_ports.ts";
import { ProcessHost } from "../../testing/process/mod.ts";
import { waitFor } from "../harness/mod.ts";

/** Something that clients reach etcd through: a column of the table. */
export interface Column {
  /** The head of the column. */
  readonly name: string;
  /** How the server is set up, for the table. */
  readonly setup: string;
  /** It is in the place of etcd: no members are behind it. */
  readonly standsAlone?: true;
  /** What it refuses: the title of a check, and what the error says. */
  readonly refuses?: Readonly<Record<string, string>>;
  /** Starts it in front of these members, each `host:port`. */
  start(members: readonly string[]): Promise<Front>;
}

/** What runs in front of the members. */
export interface Front extends AsyncDisposable {
  /** What clients connect to. */
  readonly endpoints: readonly string[];
  /** Of the server. */
  readonly version: string;
  /** What can be killed, if that is not the members. */
  readonly program?: Killable;
}

/** A server that can be killed and started again. */
export interface Killable {
  /** Ends it at once. */
  kill(): Promise<unknown>;
  /** Starts it again; resolves when it listens. */
  restart(): Promise<unknown>;
}

/** How long a stream may be idle where that is a setting, in seconds. */
export const IDLE_SECONDS = 5;

/** What one program needs to be started. */
export interface ProgramStart {
  readonly version: string;
  /** Its command line, for this port and a directory of its own. */
  command(
    place: { readonly port: number; readonly directory: string },
  ): Promise<readonly string[]> | readonly string[];
}

/** Starts a program that listens on a port; resolves when it does. */
export async function startProgram(
  { version, command }: ProgramStart,
): Promise<Front> {
  await using stack = new AsyncDisposableStack();
  const processes = stack.use(new ProcessHost());
  const directory = await processes.makeRoot("etcdeno-front-");
  const [port = 0] = await freePorts(1);
  const log = `${directory}/log`;
  const start = async () => {
    const program = await processes.start(
      await command({ port, directory }),
      log,
    );
    await waitFor("the server in front", async () => {
      if (!program.running) {
        throw new Error(`Cannot start it: ${await Deno.readTextFile(log)}`);
      }
      return await listens(port);
    });
    return program;
  };
  let program = await start();
  const resources = stack.move();
  return {
    endpoints: [`http://127.0.0.1:${port}`],
    version,
    program: {
      async kill() {
        await program.signal("KILL");
        await program.exited;
      },
      async restart() {
        program = await start();
      },
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}

/** What Linux says of a process. */
export interface ProcessFacts {
  readonly sockets: number;
  readonly rssBytes: number;
  readonly cpuSeconds: number;
}

/** Clock ticks per second, as every Linux on x86 and ARM has them. */
const TICKS = 100;

/**
 * Asks a shell, as Deno reads no other process's files in `/proc` unless
 * everything is allowed.
 */
export async function processFacts(pid: number): Promise<ProcessFacts> {
  const script = `ls -l /proc/${pid}/fd; grep VmRSS /proc/${pid}/status
cat /proc/${pid}/stat`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script] })
    .output();
  return readFacts(new TextDecoder().decode(stdout));
}

/** Reads what the shell prints. */
export function readFacts(text: string): ProcessFacts {
  const kib = /VmRSS:\s+(\d+) kB/.exec(text)?.[1];
  // After the name in brackets: state, then numbers; 14 and 15 are the times.
  const times = /^\d+ \(.*\) (.*)$/m.exec(text)?.[1]?.split(" ");
  if (kib === undefined || times === undefined) {
    throw new Error("Cannot measure the client: its process is not there");
  }
  return {
    sockets: text.match(/-> socket:\[/g)?.length ?? 0,
    rssBytes: Number(kib) * 1024,
    cpuSeconds: (Number(times[11]) + Number(times[12])) / TICKS,
  };
}

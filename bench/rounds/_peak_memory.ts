const LOOK_MS = 25;
const KIB_PER_MIB = 1_024;

/**
 * The most memory a process has held, looked at from outside: the peers'
 * programs do not tell, and Linux keeps the peak for us.
 */
export function watchPeak(
  pid: number,
): { stop(): number | undefined } {
  let peakKib: number | undefined;
  const look = () => {
    try {
      const status = Deno.readTextFileSync(`/proc/${pid}/status`);
      const kib = /^VmHWM:\s+(\d+)/m.exec(status)?.[1];
      if (kib !== undefined) peakKib = Number(kib);
    } catch (error) {
      // It has ended, this is no Linux, or we may not look.
      if (
        !(error instanceof Deno.errors.NotFound) &&
        !(error instanceof Deno.errors.NotCapable)
      ) throw error;
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    stop() {
      clearInterval(timer);
      return peakKib === undefined ? undefined : peakKib / KIB_PER_MIB;
    },
  };
}

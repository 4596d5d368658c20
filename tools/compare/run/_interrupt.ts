const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * The state of an interrupted process: whether a signal has asked it to end.
 */
export interface Interrupt extends Disposable {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The exit code for that signal; none if there was none. */
  readonly exitCode: number | undefined;
}

/**
 * Turns Ctrl-C and its like into an aborted signal, so that there is time to
 * clean up. A second one ends the process: nothing is left behind by that
 * either, as the cluster does not outlive it.
 */
export function onInterrupt(): Interrupt {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const listeners = Object.entries(EXIT_CODES).map(([name, code]) => {
    const listener = (): void => {
      if (exitCode !== undefined) Deno.exit(exitCode);
      exitCode = code;
      controller.abort(new DOMException("Interrupted", "AbortError"));
    };
    Deno.addSignalListener(name as Deno.Signal, listener);
    return () => Deno.removeSignalListener(name as Deno.Signal, listener);
  });
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]() {
      for (const remove of listeners) remove();
    },
  };
}

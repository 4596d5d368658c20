import { emitWarning } from "node:process";
import { inspect } from "node:util";

/**
 * Makes a listener one that never throws: an error that it throws, or that a
 * promise it returns is rejected with, becomes a warning of the process.
 */
export function guardedListener<Told>(
  name: string,
  listener: (event: Told) => unknown,
): (event: Told) => void {
  const warn = (thrown: unknown) =>
    emitWarning(`'${name}' has thrown, which changes nothing`, {
      type: "EtcdWarning",
      detail: inspect(thrown),
    });
  return (event) => {
    try {
      const returned = listener(event);
      // Nobody else waits for what an async function returns.
      if (returned instanceof Promise) returned.catch(warn);
    } catch (error) {
      warn(error);
    }
  };
}

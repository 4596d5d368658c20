/** The stream that takes the words of a command. */
export interface Sink {
  /** Whether a person may be looking, so that lines can be overwritten. */
  readonly isTerminal: boolean;
  /** Whether colours are welcome. */
  readonly color: boolean;
  /** The number of columns a line has now. */
  readonly columns: number;
  write(text: string): void;
}

const DEFAULT_COLUMNS = 100;
const LEAST_COLUMNS = 40;
const encoder = new TextEncoder();

/** A stream of this process; it has colours if it and NO_COLOR allow it. */
export function processSink(name: "stdout" | "stderr"): Sink {
  const stream = Deno[name];
  const isTerminal = stream.isTerminal();
  return {
    isTerminal,
    color: isTerminal && !Deno.noColor,
    get columns() {
      return isTerminal ? terminalColumns() : DEFAULT_COLUMNS;
    },
    write(text) {
      const bytes = encoder.encode(text);
      for (let at = 0; at < bytes.length;) {
        at += stream.writeSync(bytes.subarray(at));
      }
    },
  };
}

function terminalColumns(): number {
  // A terminal nobody has told its size to says it has none.
  const { columns } = Deno.consoleSize();
  return columns === 0 ? DEFAULT_COLUMNS : Math.max(columns, LEAST_COLUMNS);
}

/** The level of a line. */
export type LogLevel = "info" | "warn" | "error";

/** The fields of a log line, beside its message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one line. */
export type Log = (
  level: LogLevel,
  message: string,
  fields?: LogFields,
) => void;

/** Makes a log of lines for people, or of JSON. */
export function createLog(
  format: "text" | "json",
  write: (line: string) => void,
): Log {
  const line = format === "json" ? jsonLine : textLine;
  return (level, message, fields = {}) =>
    write(line(new Date().toISOString(), level, { message, fields }));
}

interface Entry {
  readonly message: string;
  readonly fields: LogFields;
}

function jsonLine(ts: string, level: LogLevel, entry: Entry): string {
  return JSON.stringify({ level, ts, msg: entry.message, ...entry.fields });
}

function textLine(ts: string, level: LogLevel, entry: Entry): string {
  const fields = Object.entries(entry.fields).map(([name, value]) =>
    `${name}=${JSON.stringify(value)}`
  );
  return [ts, level, entry.message.trimEnd(), ...fields].join(" ");
}

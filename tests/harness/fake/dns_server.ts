import { createSocket, type Socket } from "node:dgram";
import type { Buffer } from "node:buffer";

/** What an SRV record says. */
export interface SrvRecord {
  readonly target: string;
  readonly port: number;
  /** @default {0} */
  readonly priority?: number;
  /** @default {0} */
  readonly weight?: number;
}

const HEADER_BYTES = 12;
const TYPE_SRV = 33;
const CLASS_IN = 1;
const TTL_SECONDS = 1;
const NO_ERROR = 0;
const NAME_ERROR = 3;
/** An answer, authoritative, recursion as it was asked for. */
const ANSWER_FLAGS = 0x8400;
const RECURSION_DESIRED = 0x0100;
/** The name of the question, which every record repeats. */
const NAME_OF_QUESTION = 0xc000 | HEADER_BYTES;

/**
 * A name server on a port of 127.0.0.1 that knows SRV records, by UDP. A name
 * without records does not exist.
 */
export class DnsServer implements AsyncDisposable {
  /** Where it listens. */
  readonly port: number;
  readonly #socket: Socket;
  readonly #records = new Map<string, readonly SrvRecord[]>();
  readonly #codes = new Map<string, number>();
  #silent = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = socket.address().port;
    socket.on("message", (query: Buffer, from) => {
      if (this.#silent) return;
      socket.send(this.#answer(query), from.port, from.address);
    });
  }

  /** Starts one on a free port. */
  static async start(): Promise<DnsServer> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, "127.0.0.1", resolve);
    });
    return new DnsServer(socket);
  }

  /** Sets the records of a name; none at all means that it is not there. */
  set(name: string, records: readonly SrvRecord[]): void {
    this.#records.set(name.toLowerCase(), records);
  }

  /** Answers for a name with a response code, such as 2 for SERVFAIL. */
  fail(name: string, code: number): void {
    this.#codes.set(name.toLowerCase(), code);
  }

  /** Answers nothing from now on. */
  silence(): void {
    this.#silent = true;
  }

  /** Gives the port back. Idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #answer(query: Buffer): Uint8Array {
    const { name, end } = readName(query);
    const isSrv = query.readUInt16BE(end) === TYPE_SRV;
    const failure = this.#codes.get(name);
    const records = this.#records.get(name) ?? [];
    const answers = isSrv && failure === undefined ? records : [];
    const code = failure ?? (records.length > 0 ? NO_ERROR : NAME_ERROR);
    const flags = ANSWER_FLAGS | query.readUInt16BE(2) & RECURSION_DESIRED;
    const numbers = [query.readUInt16BE(0), flags | code, 1, answers.length];
    const question = query.subarray(HEADER_BYTES, end + 4);
    return Uint8Array.from([
      ...[...numbers, 0, 0].flatMap(uint16),
      ...question,
      ...answers.flatMap(encodeRecord),
    ]);
  }
}

function encodeRecord(record: SrvRecord): number[] {
  const { target, port, priority = 0, weight = 0 } = record;
  const data = [priority, weight, port].flatMap(uint16);
  data.push(...encodeName(target));
  return [
    ...[NAME_OF_QUESTION, TYPE_SRV, CLASS_IN, 0, TTL_SECONDS, data.length]
      .flatMap(uint16),
    ...data,
  ];
}

function encodeName(name: string): number[] {
  const labels = name.split(".").filter((label) => label !== "");
  const bytes = labels.flatMap((label) => {
    const text = new TextEncoder().encode(label);
    return [text.length, ...text];
  });
  return [...bytes, 0];
}

/** The name of the question in lower case, and where it ends. */
function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at]; length; length = query[at]) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), end: at + 1 };
}

function uint16(value: number): [number, number] {
  return [value >> 8 & 0xff, value & 0xff];
}

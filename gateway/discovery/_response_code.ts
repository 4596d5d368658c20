import { Buffer } from "node:buffer";
import { createSocket } from "node:dgram";
import dns from "node:dns";
import { isIP } from "node:net";
import { onAbort } from "../../balancers/transport/mod.ts";

/** A name server. */
export interface NameServer {
  readonly ipAddr: string;
  readonly port: number;
}

const TYPE_SRV = 33;
const CLASS_IN = 1;
const RECURSION_DESIRED = 0x0100;
const DNS_PORT = 53;

/**
 * Asks for SRV records by UDP and gives the response code of the answer: 0 also
 * where there are none, 2 where the server cannot tell, 3 where there is no such
 * name. Deno (2.9.6) gives the same error for all of them.
 */
export async function responseCode(
  name: string,
  { ipAddr, port }: NameServer,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted();
  const source = sourceFor(ipAddr);
  // Of node:dgram, an error of that kind cannot be caught.
  const { state } = await Deno.permissions.query({ name: "net", host: source });
  if (state !== "granted") throw new Error(`it may not ask from ${source}`);
  const id = crypto.getRandomValues(new Uint8Array(2));
  const answered = Promise.withResolvers<number>();
  const socket = createSocket(isIP(ipAddr) === 6 ? "udp6" : "udp4");
  const unlink = onAbort(signal, answered.reject);
  socket.on("error", answered.reject);
  socket.on("message", (answer: Buffer) => {
    if (answer[0] === id[0] && answer[1] === id[1] && answer.length > 3) {
      answered.resolve((answer[3] ?? 0) & 15);
    }
  });
  try {
    socket.bind(0, source, () => {
      socket.send(encodeQuestion(id, name), port, ipAddr);
    });
    return await answered.promise;
  } finally {
    unlink();
    socket.close();
  }
}

/** The local address to ask from. */
function sourceFor(ipAddr: string): string {
  if (isIP(ipAddr) === 6) return ipAddr === "::1" ? "::1" : "::";
  return ipAddr.startsWith("127.") ? "127.0.0.1" : "0.0.0.0";
}

/** The system's first name server, if the process may know it. */
export async function systemNameServer(): Promise<NameServer | undefined> {
  const { state } = await Deno.permissions.query({
    name: "sys",
    kind: "networkInterfaces",
  });
  if (state !== "granted") return undefined;
  const ipAddr = dns.getServers().find((server) => isIP(server) !== 0);
  return ipAddr === undefined ? undefined : { ipAddr, port: DNS_PORT };
}

function encodeQuestion(id: Uint8Array, name: string): Buffer {
  const labels = name.split(".").filter((label) => label !== "")
    .map((label) => new TextEncoder().encode(label))
    .flatMap((bytes) => [bytes.length, ...bytes]);
  const numbers = [RECURSION_DESIRED, 1, 0, 0, 0].flatMap(uint16);
  return Buffer.from([
    ...id,
    ...numbers,
    ...labels,
    0,
    ...[TYPE_SRV, CLASS_IN].flatMap(uint16),
  ]);
}

function uint16(value: number): [number, number] {
  return [value >> 8 & 0xff, value & 0xff];
}

#!/bin/sh
# Deno 2.9.6 (npm: deno@2.9.6), Linux.
#
# Who closes a TCP connection while bytes from its peer are still unread makes
# Linux send a reset, so that the peer learns that they were lost. Programs in C,
# Go and Node do so, and so does node:net in Deno. A connection of Deno.listen or
# Deno.connect does not: its close() sends an end first. The peer reads a clean
# end of the stream, as if all had been taken.
#
# A protocol that takes the end of the stream for "done", and does not frame what
# it sends, takes half a request for a whole one.
#
# Here a peer writes 1000 bytes, of which at most 100 are read; the connection is
# closed then, and the peer says how its stream ended.
#
# Needs Linux, sh and npm; the package and the program are put into a temporary
# folder. Exit code 0: as described. 1: the behaviour has changed. 2: the package
# could not be had.
#
# Output seen:
#   Deno.TcpConn.close(): end
#   node:net destroy():   ECONNRESET
#   as described
set -eu

VERSION=2.9.6
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund "deno@$VERSION" >/dev/null 2>&1 || {
  echo "cannot install deno@$VERSION"
  exit 2
}

mkdir program
cat >program/ask.mjs <<'PROGRAM'
import net from "node:net";

/** How the stream of a peer ends that has written 1000 bytes to `port`. */
async function ending(port) {
  const peer = net.connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  peer.write(new Uint8Array(1_000));
  const how = await new Promise((resolve) => {
    peer.once("end", () => resolve("end"));
    peer.once("error", ({ code }) => resolve(code));
    peer.resume();
  });
  peer.destroy();
  return how;
}

/** Until the 900 bytes that nobody reads have come as well. */
const arrived = () => new Promise((resolve) => setTimeout(resolve, 200));

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const byDeno = ending(listener.addr.port);
const connection = await listener.accept();
await connection.read(new Uint8Array(100));
await arrived();
connection.close();
console.log(`Deno.TcpConn.close(): ${await byDeno}`);
listener.close();

const server = net.createServer({ pauseOnConnect: true });
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const byNode = ending(server.address().port);
const socket = await new Promise((resolve) => server.once("connection", resolve));
await arrived();
socket.destroy();
console.log(`node:net destroy():   ${await byNode}`);
server.close();
PROGRAM

node_modules/.bin/deno run --no-prompt --no-config --allow-net=127.0.0.1 \
  program/ask.mjs | tee told
cat >expected <<'EXPECTED'
Deno.TcpConn.close(): end
node:net destroy():   ECONNRESET
EXPECTED
if cmp -s told expected; then
  echo "as described"
else
  echo "the behaviour has changed"
  exit 1
fi

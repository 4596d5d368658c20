#!/bin/sh
# Deno 2.9.6 (npm: deno@2.9.6).
#
# Deno.resolveDns gives one and the same error, Deno.errors.NotFound with the
# same text and no code, for four answers of a name server: there is no such
# name (NXDOMAIN), the name has no such records (no error, no answer), the server
# fails (SERVFAIL), the server refuses (REFUSED). node:dns does no better: all
# four are ENOTFOUND, where Node has ENOTFOUND, ENODATA, ESERVFAIL and EREFUSED.
#
# The first two say that a service is gone; the other two say nothing about it.
# A program that takes NotFound for "gone" empties its list of servers whenever
# its name server has a bad minute.
#
# Needs sh and npm; the package and the program are put into a temporary folder.
# The name server is one of the program's own, on a free port of 127.0.0.1.
# Exit code 0: as described. 1: the behaviour has changed. 2: the package could
# not be had.
#
# Output seen:
#   deno 2.9.6
#   NXDOMAIN: Deno.resolveDns NotFound, node:dns ENOTFOUND
#   no records: Deno.resolveDns NotFound, node:dns ENOTFOUND
#   SERVFAIL: Deno.resolveDns NotFound, node:dns ENOTFOUND
#   REFUSED: Deno.resolveDns NotFound, node:dns ENOTFOUND
#   texts that differ: 1
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
import { createSocket } from "node:dgram";
import dns from "node:dns/promises";

const NAME = "_service._tcp.example.com";
let code = 0;
const server = createSocket("udp4");
server.on("message", (query, from) => {
  // Header and question, with the response code and no records.
  let end = 12;
  while (query[end] !== 0) end += query[end] + 1;
  const answer = new Uint8Array(query.subarray(0, end + 5));
  answer[2] = 0x84 | (answer[2] & 1);
  answer[3] = code;
  answer.fill(0, 6, 12);
  server.send(answer, from.port, from.address);
});
await new Promise((resolve) => server.bind(0, "127.0.0.1", resolve));
const { port } = server.address();
const resolver = new dns.Resolver();
resolver.setServers([`127.0.0.1:${port}`]);

console.log(`deno ${Deno.version.deno}`);
const texts = new Set();
const answers = { NXDOMAIN: 3, "no records": 0, SERVFAIL: 2, REFUSED: 5 };
for (const [what, number] of Object.entries(answers)) {
  code = number;
  const nameServer = { ipAddr: "127.0.0.1", port };
  const own = await Deno.resolveDns(NAME, "SRV", { nameServer })
    .catch((error) => error);
  const node = await resolver.resolveSrv(NAME).catch((error) => error);
  texts.add(`${own.name} ${own.code} ${own.message}`);
  console.log(`${what}: Deno.resolveDns ${own.name}, node:dns ${node.code}`);
}
console.log(`texts that differ: ${texts.size}`);
server.close();
PROGRAM

node_modules/.bin/deno run --no-prompt --no-config -A program/ask.mjs |
  tee told
cat >expected <<'EXPECTED'
deno 2.9.6
NXDOMAIN: Deno.resolveDns NotFound, node:dns ENOTFOUND
no records: Deno.resolveDns NotFound, node:dns ENOTFOUND
SERVFAIL: Deno.resolveDns NotFound, node:dns ENOTFOUND
REFUSED: Deno.resolveDns NotFound, node:dns ENOTFOUND
texts that differ: 1
EXPECTED
if cmp -s told expected; then
  echo "as described"
else
  echo "the behaviour has changed"
  exit 1
fi

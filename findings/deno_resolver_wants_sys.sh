#!/bin/sh
# Deno 2.9.6 (npm: deno@2.9.6).
#
# With --allow-net, node:dns resolves by the system's name server, but a resolver
# cannot be told another one: setServers() wants --allow-sys=networkInterfaces,
# although it looks at no interface. Deno.resolveDns asks any name server with
# --allow-net alone.
#
# Without --allow-net, node:dns does not say what is missing: SRV records fail
# with UNKNOWN, an address look-up with EPERM. Deno.resolveDns says NotCapable.
#
# A program that goes by node:dns cannot tell "you may not" from "no answer", and
# one that asks a name server of its own needs a permission that reads as if it
# spied on the machine.
#
# Needs sh and npm; the package and the program are put into a temporary folder.
# The name server is a port of 127.0.0.1 that nobody listens on.
# Exit code 0: as described. 1: the behaviour has changed. 2: the package could
# not be had.
#
# Output seen:
#   --allow-net: setServers NotCapable sys, Deno.resolveDns TimedOut
#   --deny-net: resolveSrv UNKNOWN, lookup EPERM, Deno.resolveDns NotCapable
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
import dns from "node:dns/promises";

const NAME = "_service._tcp.example.com";
const nameServer = { ipAddr: "127.0.0.1", port: 1 };
const own = await Deno.resolveDns(NAME, "SRV", { nameServer })
  .catch(({ name }) => name);
if (Deno.args[0] === "--allow-net") {
  let told = "no error";
  try {
    new dns.Resolver().setServers(["127.0.0.1:1"]);
  } catch (error) {
    told = `${error.name} ${/Requires (\w+)/.exec(error.message)?.[1]}`;
  }
  console.log(`--allow-net: setServers ${told}, Deno.resolveDns ${own}`);
} else {
  const records = await dns.resolveSrv(NAME).catch(({ code }) => code);
  const address = await dns.lookup("localhost").catch(({ code }) => code);
  console.log(
    `--deny-net: resolveSrv ${records}, lookup ${address}, ` +
      `Deno.resolveDns ${own}`,
  );
}
PROGRAM

for flag in --allow-net --deny-net; do
  node_modules/.bin/deno run --no-prompt --no-config "$flag" \
    program/ask.mjs "$flag"
done | tee told
cat >expected <<'EXPECTED'
--allow-net: setServers NotCapable sys, Deno.resolveDns TimedOut
--deny-net: resolveSrv UNKNOWN, lookup EPERM, Deno.resolveDns NotCapable
EXPECTED
if cmp -s told expected; then
  echo "as described"
else
  echo "the behaviour has changed"
  exit 1
fi

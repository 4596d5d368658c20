#!/bin/sh
# Deno 2.9.6 (npm: deno@2.9.6).
#
# A program that sets the header traceparent itself would expect the server to
# see it. With OTEL_DENO=true Deno makes a span of each request of its own, and
# tells of that one: node:http2 puts it in the place of the header that was
# given, and fetch() sends both as one value, joined by a comma, which is no
# traceparent any more. Without OTEL_DENO the header arrives as it was given.
#
# A client that brings HTTP/2 of its own over sockets has no such span: there
# the header that it sets is the one that arrives, and if it sets none, there is
# none.
#
# Needs sh and npm; the package and the program are put into a temporary folder.
# Exit code 0: as described. 1: the behaviour has changed. 2: the package could
# not be had.
#
# Output seen:
#   off: node:http2 as given, fetch as given
#   on: node:http2 replaced, fetch both
#   as described
set -eu

DENO=2.9.6
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund "deno@$DENO" >/dev/null 2>&1 || {
  echo "cannot install deno@$DENO"
  exit 2
}

cat >program.mjs <<'PROGRAM'
import http2 from "node:http2";

const traceparent = `00-${"1".repeat(32)}-${"2".repeat(16)}-01`;

function named(seen) {
  const values = String(seen).split(", ");
  if (values.length > 1) return "both";
  return values[0] === traceparent ? "as given" : "replaced";
}

async function overHttp2() {
  const { promise: seen, resolve } = Promise.withResolvers();
  const server = http2.createServer();
  server.on("stream", (stream, headers) => {
    resolve(headers.traceparent);
    stream.respond({ ":status": 200 });
    stream.end();
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  const request = session.request({ ":path": "/", traceparent });
  request.resume();
  await new Promise((closed) => request.on("close", closed));
  session.close();
  server.close();
  return await seen;
}

async function overFetch() {
  const options = { port: 0, hostname: "127.0.0.1", onListen() {} };
  const server = Deno.serve(
    options,
    (request) => new Response(request.headers.get("traceparent")),
  );
  const address = `http://127.0.0.1:${server.addr.port}/`;
  const answer = await fetch(address, { headers: { traceparent } });
  const seen = await answer.text();
  await server.shutdown();
  return seen;
}

console.log(
  `node:http2 ${named(await overHttp2())}, fetch ${named(await overFetch())}`,
);
PROGRAM

deno="$work/node_modules/.bin/deno"
off=$("$deno" run --allow-net program.mjs)
echo "off: $off"
# Nobody takes the spans: the port is closed.
on=$(OTEL_DENO=true OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1 \
  "$deno" run --allow-net program.mjs 2>/dev/null)
echo "on: $on"

if [ "$off" = "node:http2 as given, fetch as given" ] &&
  [ "$on" = "node:http2 replaced, fetch both" ]; then
  echo "as described"
else
  echo "the behaviour has changed"
  exit 1
fi

#!/bin/sh
# Deno 2.9.6 (npm: deno@2.9.6) and Node 22.12.0 (npm: node@22.12.0).
#
# An AbortSignal that many callers share costs each of them more, the more there
# are: addEventListener looks through all listeners that are there already, to
# find out whether this one is among them. 16 000 listeners are not 16 times the
# work of 1 000 but some 200 times. They are different functions throughout.
#
# The usual pattern, a listener per call on one signal of the program, is this
# case: a program that starts 10 000 calls with one signal spends its time in
# addEventListener. One listener per signal that keeps a set of its own does
# not.
#
# Needs sh and npm; the packages and the program are put into a temporary
# folder. Exit code 0: as described. 1: the behaviour has changed. 2: a package
# could not be had.
#
# Output seen (the factors vary by some tens):
#   deno 2.9.6: 16 times the listeners on one signal take 321 times the time; in a set of one's own 26
#   node 22.12.0: 16 times the listeners on one signal take 192 times the time; in a set of one's own 26
#   as described
set -eu

DENO=2.9.6
NODE=22.12.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund "deno@$DENO" "node@$NODE" \
  >/dev/null 2>&1 || {
  echo "cannot install deno@$DENO and node@$NODE"
  exit 2
}

mkdir program
cat >program/listen.mjs <<'PROGRAM'
import { performance } from "node:perf_hooks";
import process from "node:process";

const FEW = 1_000;
const MANY = 16_000;

/** The least time of several runs, in milliseconds. */
function least(times, run) {
  let most = Infinity;
  for (let at = 0; at < times; at++) {
    const before = performance.now();
    run();
    most = Math.min(most, performance.now() - before);
  }
  return most;
}

function listeners(count) {
  return Array.from({ length: count }, (_, at) => () => at);
}

function onSignal(count) {
  const own = listeners(count);
  const { signal } = new AbortController();
  for (const one of own) signal.addEventListener("abort", one, { once: true });
}

function inSet(count) {
  const own = listeners(count);
  const { signal } = new AbortController();
  const set = new Set();
  signal.addEventListener("abort", () => set.forEach((one) => one()));
  for (const one of own) set.add(one);
}

process.removeAllListeners("warning");
process.on("warning", () => {});
const factor = (run) => {
  run(FEW);
  return Math.round(least(3, () => run(MANY)) / least(9, () => run(FEW)));
};
const name = globalThis.Deno === undefined
  ? `node ${process.versions.node}`
  : `deno ${Deno.version.deno}`;
const signal = factor(onSignal);
const set = factor(inSet);
console.log(
  `${name}: 16 times the listeners on one signal take ${signal} times the time; in a set of one's own ${set}`,
);
process.exit(signal > 64 && set < signal / 2 ? 0 : 1);
PROGRAM

for run in "node_modules/.bin/deno run --no-prompt --no-config -A" \
  node_modules/.bin/node; do
  $run program/listen.mjs || {
    echo "the behaviour has changed"
    exit 1
  }
done
echo "as described"

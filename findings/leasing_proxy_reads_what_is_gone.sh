#!/bin/sh
# etcd 3.4.23 (Debian bookworm: etcd-server and etcd-client 3.4.23-4+b4), its
# grpc-proxy with --experimental-leasing-prefix: the package
# go.etcd.io/etcd/client/v3/leasing, by which the proxy keeps keys that were read.
#
# The package promises linearizable reads from memory: it takes a key of its own
# for each key that it keeps, and whoever else writes by it has to ask for that
# first. All clients here go through one such proxy, so each write passes it. Its
# answers are wrong all the same:
#
# - A key that was put with a lease is still read after the lease has run out or
#   was revoked. The server deletes the key then, and asks nobody. So members that
#   died stay in every list of the living, and locks are held by nobody.
# - A put that keeps the value (--ignore-value) is remembered as one of no value.
# - A transaction that only reads is decided in memory, and there a missing key is
#   equal to whatever it is compared with: each value, version and revision.
#
# Needs sh, apt-get and dpkg-deb (no root; the packages are unpacked into a
# temporary folder, nothing is installed), Debian's keyring, and three free ports
# from PORT on; or ETCD_DIR, a folder with another etcd and etcdctl to look at.
# Exit code 0: as described. 1: the behaviour has changed. 2: the packages could
# not be had.
#
# Output seen:
#   key of a lease of 5 s: through the proxy "here", from etcd "here"
#   when its time is over: through the proxy "here", from etcd ""
#   key of a lease that was revoked: through the proxy "here", from etcd ""
#   put with --ignore-value: through the proxy "", from etcd "old"
#   value of a missing key = "x": through the proxy SUCCESS, from etcd FAILURE
#   version of a missing key = 7: through the proxy SUCCESS, from etcd FAILURE
#   as described
# The same with ETCD_DIR of 3.5.16, 3.6.16 and 3.7.3.
set -eu

VERSION=3.4.23-4+b4
PORT=${PORT:-23840}
work=$(mktemp -d)
pids=
finish() {
  for one in $pids; do kill "$one" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

fetch() {
  # Directories of its own: so it works for any user, whatever the machine has.
  mkdir -p "$work/debs" "$work/lists/partial" "$work/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main" \
    >"$work/sources.list"
  cd "$work/debs"
  get() {
    apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" \
      -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$work/lists" \
      -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$@"
  }
  { get update && get download "etcd-server=$VERSION" "etcd-client=$VERSION"; } \
    >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; exit 2; }
  for deb in *.deb; do dpkg-deb -x "$deb" "$work/root"; done
}
[ -n "${ETCD_DIR:-}" ] || fetch
bin=${ETCD_DIR:-$work/root/usr/bin}
cd "$work"
export ETCDCTL_API=3
etcd=http://127.0.0.1:$PORT
peer=http://127.0.0.1:$((PORT + 1))
proxy=127.0.0.1:$((PORT + 2))
"$bin/etcd" --data-dir "$work/data" --listen-client-urls "$etcd" \
  --advertise-client-urls "$etcd" --listen-peer-urls "$peer" \
  --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer" \
  >"$work/etcd.log" 2>&1 &
pids=$!
"$bin/etcd" grpc-proxy start --endpoints "$etcd" --listen-addr "$proxy" \
  --advertise-client-url "$proxy" --experimental-leasing-prefix leasing/ \
  >"$work/proxy.log" 2>&1 &
pids="$pids $!"
from_etcd() { "$bin/etcdctl" --endpoints "$etcd" "$@" 2>/dev/null; }
through() { "$bin/etcdctl" --endpoints "http://$proxy" "$@" 2>/dev/null; }
tries=0
until through get ready >/dev/null && from_etcd get ready >/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { cat "$work"/*.log; exit 1; }
  sleep 0.1
done

tell() { # WHAT HOW: asks both
  printf '%s: through the proxy %s, from etcd %s\n' "$1" "$("$2" through)" "$("$2" from_etcd)"
}
value() { printf '"%s"' "$("$1" get "$key" --print-value-only)"; }
succeeds() { printf '%s\n\nget missing\n\nget missing\n\n' "$condition" | "$1" txn | head -n 1; }
grant() { through lease grant "$1" | cut -d ' ' -f 2; }

{
  key=member
  through get $key >/dev/null
  through put $key here --lease "$(grant 5)" >/dev/null
  tell "key of a lease of 5 s" value
  tries=0
  while [ -n "$(from_etcd get $key)" ] && [ "$tries" -lt 300 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
  tell "when its time is over" value

  key=other
  through get $key >/dev/null
  lease=$(grant 600)
  through put $key here --lease "$lease" >/dev/null
  through lease revoke "$lease" >/dev/null
  tell "key of a lease that was revoked" value

  key=kept
  through put $key old >/dev/null
  through get $key >/dev/null
  through put $key --ignore-value >/dev/null
  tell "put with --ignore-value" value

  through get missing >/dev/null
  condition='value("missing") = "x"'
  tell 'value of a missing key = "x"' succeeds
  condition='ver("missing") = "7"'
  tell "version of a missing key = 7" succeeds
} | tee told

cat >expected <<'EXPECTED'
key of a lease of 5 s: through the proxy "here", from etcd "here"
when its time is over: through the proxy "here", from etcd ""
key of a lease that was revoked: through the proxy "here", from etcd ""
put with --ignore-value: through the proxy "", from etcd "old"
value of a missing key = "x": through the proxy SUCCESS, from etcd FAILURE
version of a missing key = 7: through the proxy SUCCESS, from etcd FAILURE
EXPECTED
cmp -s told expected || { echo "the behaviour has changed"; exit 1; }
echo "as described"

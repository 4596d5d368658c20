#!/bin/sh
# kine 0.17.5 (Go module github.com/k3s-io/kine, with SQLite): a lease is no more
# than a number of seconds.
#
# Its id is the time to live that was asked for. So two leases of one time are one
# and the same; a lease counts as there though it was never granted, and after its
# time is over; and a key's time begins when the key is put, not when the lease is
# granted. It cannot be renewed, and cannot be revoked. With etcd, two grants
# have two ids, and a put with a lease that is over, or was never granted, fails
# with "requested lease not found". A program that names its lock or its place in a
# list by the id of its lease, as most do, would take another's for its own here.
#
# Needs sh, Go 1.26 or later and a C compiler; the programs are built in a temporary
# folder, with the etcdctl of 3.6.16 as the client. Some minutes without, and one
# minute with Go's build cache.
# Exit code 0: as described. 1: the behaviour has changed. 2: they could not be built.
#
# Output seen:
#   kine 0.17.5, etcdctl 3.6.16
#   two grants of 4 s: lease 0000000000000004, lease 0000000000000004
#   keep-alive: lease keep alive is not supported
#   revoke: lease revoke is not supported
#   a put with it 5 s later: OK, there after 1 s: 1, after 12 s: 0
#   a put with 77, which was never granted: OK
#   as described
set -eu

KINE=0.17.5
ETCDCTL=3.6.16
work=$(mktemp -d)
kine=
finish() {
  if [ -n "$kine" ]; then kill "$kine" 2>/dev/null || true; wait "$kine" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT
cd "$work"
export GOFLAGS=-buildvcs=false
build() {
  CGO_ENABLED=1 GOBIN="$work" go install "github.com/k3s-io/kine@v$KINE"
  # Its module cannot be installed by itself.
  go mod init show.test/show
  go get "go.etcd.io/etcd/etcdctl/v3@v$ETCDCTL"
  CGO_ENABLED=0 go build -o etcdctl go.etcd.io/etcd/etcdctl/v3
}
(set -e; build) >build.log 2>&1 &
wait $! || {
  echo "cannot be built: $(tail -1 build.log)"
  exit 2
}

# A port that is free if nobody is quicker.
port=$((20000 + $$ % 20000))
./kine --listen-address="127.0.0.1:$port" --metrics-bind-address=0 >kine.log 2>&1 &
kine=$!
ctl() {
  ./etcdctl --endpoints="127.0.0.1:$port" --command-timeout=3s "$@"
}
tries=0
until ctl get ready >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -gt 50 ]; then echo "kine does not start: $(tail -1 kine.log)"; exit 2; fi
  sleep 0.2
done
echo "kine $KINE, etcdctl $ETCDCTL"

changed=0
expect() {
  if [ "$1" != "$2" ]; then
    echo "expected '$2'"
    changed=1
  fi
}
grant() { ctl lease grant 4 | sed 's/ granted.*//'; }
refusal() { ctl "$@" 2>&1 | grep -o 'lease [a-z ]*is not supported' | head -1; }
count() { ctl get "$1" --print-value-only | grep -c . || true; }

first=$(grant)
second=$(grant)
echo "two grants of 4 s: $first, $second"
expect "$first" "lease 0000000000000004"
expect "$second" "$first"
id=${first#lease }

said=$(refusal lease keep-alive --once "$id" || true)
echo "keep-alive: $said"
expect "$said" "lease keep alive is not supported"
said=$(refusal lease revoke "$id" || true)
echo "revoke: $said"
expect "$said" "lease revoke is not supported"

sleep 5
put=$(ctl put late 1 --lease="$id" 2>&1 || true)
sleep 1
early=$(count late)
sleep 11
late=$(count late)
echo "a put with it 5 s later: $put, there after 1 s: $early, after 12 s: $late"
expect "$put, $early, $late" "OK, 1, 0"

put=$(ctl put never 1 --lease=4d 2>&1 || true)
echo "a put with 77, which was never granted: $put"
expect "$put" OK

if [ "$changed" = 1 ]; then
  echo "the behaviour has changed"
  exit 1
fi
echo "as described"

#!/bin/sh
# etcd 3.4.23 (Debian bookworm: etcd-server and etcd-client 3.4.23-4+b4).
#
# A transaction that has conditions and no operations is answered by the member
# that gets it, from its own data, without asking the others. Reads are
# linearizable unless they say otherwise, and so is a transaction with a read in
# it; but of one without any operation, no operation has asked for that. So to
# ask "is this key still as I know it?", with the answer in `succeeded` alone,
# may give what was so before: a member that is cut off from the others goes on
# to say yes. One read in either branch, such as of the same key, is enough to
# have it linearizable.
#
# Seen with etcdctl only: three members, of which two are frozen (SIGSTOP), so
# that nothing can be agreed on. A get at the third one fails, and so does a
# transaction with the condition and a get. The same condition alone is
# answered.
#
# Needs sh, apt-get and dpkg-deb (no root; the packages are unpacked into a
# temporary folder, nothing is installed), Debian's keyring, and six free ports
# from PORT on; or ETCD_DIR, a folder with another etcd and etcdctl to look at.
# Exit code 0: as described. 1: the behaviour has changed. 2: the packages could
# not be had.
#
# Output seen:
#   with all members:
#   a get: lock
#   the condition and a get: SUCCESS
#   the condition alone: SUCCESS
#   with one of three:
#   a get: no answer
#   the condition and a get: no answer
#   the condition alone: SUCCESS
#   as described
# The same with ETCD_DIR of 3.5.16, 3.6.16 and 3.7.3.
set -eu

VERSION=3.4.23-4+b4
PORT=${PORT:-23810}
work=$(mktemp -d)
pids=
finish() {
  for one in $pids; do
    kill -CONT "$one" 2>/dev/null || true
    kill "$one" 2>/dev/null || true
  done
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
ctl() { # MEMBER ARGUMENTS: the 1st to the 3rd
  at=$1
  shift
  "$bin/etcdctl" --endpoints "http://127.0.0.1:$((PORT + at))" \
    --command-timeout 3s "$@"
}
peer() { echo "http://127.0.0.1:$((PORT + 3 + $1))"; }

cluster="m1=$(peer 1),m2=$(peer 2),m3=$(peer 3)"
for at in 1 2 3; do
  "$bin/etcd" --name "m$at" --data-dir "$work/m$at" \
    --listen-client-urls "http://127.0.0.1:$((PORT + at))" \
    --advertise-client-urls "http://127.0.0.1:$((PORT + at))" \
    --listen-peer-urls "$(peer $at)" \
    --initial-advertise-peer-urls "$(peer $at)" \
    --initial-cluster "$cluster" >"$work/m$at.log" 2>&1 &
  pids="$pids $!"
done
tries=0
until ctl 1 put lock mine >/dev/null 2>&1 && ctl 3 get lock >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || { cat "$work"/m?.log; exit 1; }
  sleep 0.5
done

# Conditions, operations if they hold, operations if not: a blank line after each.
alone() { printf 'value("lock") = "mine"\n\n\n\n' | ctl 3 txn; }
with_get() { printf 'value("lock") = "mine"\n\nget lock\n\nget lock\n\n' | ctl 3 txn; }
outcome() { # NAME, and what to run
  name=$1
  shift
  if "$@" >"$work/out" 2>"$work/err"; then
    echo "$name: $(head -n 1 "$work/out")"
  else
    echo "$name: no answer"
  fi
}

all() {
  outcome "a get" ctl 3 get lock
  outcome "the condition and a get" with_get
  outcome "the condition alone" alone
}
echo "with all members:"
all | tee "$work/before"
# shellcheck disable=SC2086
set -- $pids
kill -STOP "$1" "$2"
sleep 3 # the third one notices, whoever has led
echo "with one of three:"
all | tee "$work/after"

[ "$(grep -c 'no answer' "$work/before")" = 0 ] ||
  { echo "CHANGED: not all is answered by a whole cluster"; exit 1; }
[ "$(cat "$work/after")" = "a get: no answer
the condition and a get: no answer
the condition alone: SUCCESS" ] || { echo "CHANGED: see above"; exit 1; }
echo "as described"

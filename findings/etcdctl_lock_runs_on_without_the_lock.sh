#!/bin/sh
# etcd 3.4.23 (Debian bookworm: etcd-server and etcd-client 3.4.23-4+b4).
#
# `etcdctl lock NAME COMMAND` takes the lock and runs the command, as flock(1) does.
# It does not look at the lock again before the command has ended. If the lock is
# lost meanwhile, as when its lease was revoked, or could not be renewed for as long
# as its --ttl says, the command is neither stopped nor told, the next one in the
# queue runs its own at the same time, and the first etcdctl ends with 0 and no word
# about it. The unlock that it makes in the end deletes a key that is gone, which is
# no error to it.
#
# `etcdctl lock NAME` without a command does look: it ends at once with an error.
# A command that must not write beside another has to ask in its own transactions
# whether the key that it finds in ETCD_LOCK_KEY is still there.
#
# Needs sh, apt-get and dpkg-deb (no root; the packages are unpacked into a
# temporary folder, nothing is installed), Debian's keyring, and two free ports from
# PORT on; or ETCD_DIR, a folder with another etcd and etcdctl to look at. Exit code
# 0: as described. 1: the behaviour has changed. 2: the packages could not be had.
#
# Output seen:
#   first: begins
#   the lease of the first is revoked
#   second: begins
#   second: ends, while the first goes on: yes
#   second: exit 0
#   first: ends
#   first: exit 0, error output: 0 lines
#   without a command, the same: exit 1, session expired
#   as described
# The same with ETCD_DIR of 3.5.16, 3.6.16 and 3.7.3.
set -eu

VERSION=3.4.23-4+b4
PORT=${PORT:-23850}
work=$(mktemp -d)
pids=
finish() {
  touch "$work/go on"
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
etcd=http://127.0.0.1:$PORT
peer=http://127.0.0.1:$((PORT + 1))
export ETCDCTL_API=3 ETCDCTL_ENDPOINTS="$etcd"
ctl() { "$bin/etcdctl" "$@"; }
"$bin/etcd" --data-dir "$work/data" --listen-client-urls "$etcd" \
  --advertise-client-urls "$etcd" --listen-peer-urls "$peer" \
  --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer" \
  >"$work/etcd.log" 2>&1 &
pids=$!
until_so() { # WHAT, and what to run
  what=$1
  tries=0
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || { echo "CHANGED: $what: not after 30 s"; exit 1; }
    sleep 0.1
  done
}
until_so "etcd serves" ctl get ready
revoke_leases() { # all that are there
  for lease in $(ctl lease list 2>/dev/null | grep -v found); do
    ctl lease revoke "$lease" >/dev/null 2>&1 || true
  done
}

{
  # Waits for a file, half a minute at most.
  cat >first <<'COMMAND'
echo "first: begins"
touch running
tries=0
until [ -e "go on" ] || [ "$tries" -ge 300 ]; do tries=$((tries + 1)); sleep 0.1; done
rm running
echo "first: ends"
COMMAND
  ctl lock --ttl 5 job sh ./first 2>errors &
  first=$!
  until_so "the first command runs" test -e running
  revoke_leases
  echo "the lease of the first is revoked"
  cat >second <<'COMMAND'
echo "second: begins"
[ -e running ] && both=yes || both=no
echo "second: ends, while the first goes on: $both"
COMMAND
  code=0
  ctl lock --ttl 5 job sh ./second 2>/dev/null || code=$?
  echo "second: exit $code"
  touch "go on"
  code=0
  wait "$first" || code=$?
  echo "first: exit $code, error output: $(grep -cv unrecognized errors || true) lines"

  ctl lock --ttl 5 job >held 2>errors &
  alone=$!
  until_so "the lock is taken" test -s held
  revoke_leases
  code=0
  wait "$alone" || code=$?
  echo "without a command, the same: exit $code, $(grep -o 'session expired' errors || true)"
} | tee told

cat >expected <<'EXPECTED'
first: begins
the lease of the first is revoked
second: begins
second: ends, while the first goes on: yes
second: exit 0
first: ends
first: exit 0, error output: 0 lines
without a command, the same: exit 1, session expired
EXPECTED
cmp -s told expected || { echo "the behaviour has changed"; exit 1; }
echo "as described"

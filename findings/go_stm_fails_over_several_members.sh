#!/bin/sh
# go.etcd.io/etcd/client/v3 3.6.16 (its package concurrency), etcd 3.4.23
# (Debian bookworm: etcd-server 3.4.23-4+b4).
#
# concurrency.NewSTM with its default level fails now and then on a healthy
# cluster, as soon as its client has more than one endpoint: "mvcc: required
# revision is a future revision". The first read of a transaction is linearizable
# and fixes a revision. All further reads ask for that revision from whichever
# member the client's balancer gives them to, and let that member answer from
# what it has. A follower that is a moment behind has no such revision yet, and
# refuses. NewSTM does not take that for a reason to read again: the error is the
# caller's, though nothing is wrong.
#
# A busy cluster is enough: here eight writers, no fault at all. With one
# endpoint, or with concurrency.WithPrefetch for all keys, it does not happen.
#
# Needs sh, apt-get and dpkg-deb (no root; the package is unpacked into a
# temporary folder, nothing is installed), Debian's keyring, Go 1.24 or later
# with its module proxy, and six free ports from PORT on; or ETCD, the path of
# another etcd to look at. Exit code 0: as described. 1: the behaviour has
# changed. 2: the packages could not be had.
#
# Output seen:
#   three endpoints: 234 failed for a future revision, 0 otherwise
#   three endpoints, prefetched: 0 failed for a future revision, 0 otherwise
#   one endpoint: 0 failed for a future revision, 0 otherwise
#   as described
# of 1000 transactions each, on 2 cores that had other work, too; 109 on a quiet
# machine. The same with
# ETCD of another version: 3.5.16 738 of 4000, 3.6.16 175, 3.7.3 173.
set -eu

VERSION=3.4.23-4+b4
CLIENT=3.6.16
PORT=${PORT:-23820}
work=$(mktemp -d)
pids=
finish() {
  for one in $pids; do kill "$one" 2>/dev/null || true; done
  wait
  chmod -R u+w "$work"
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
  { get update && get download "etcd-server=$VERSION"; } \
    >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; exit 2; }
  for deb in *.deb; do dpkg-deb -x "$deb" "$work/root"; done
}
[ -n "${ETCD:-}" ] || fetch
etcd=${ETCD:-$work/root/usr/bin/etcd}

mkdir "$work/program"
cd "$work/program"
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
	"go.uber.org/zap"
)

const transactions = 1000

func open(endpoints ...string) *clientv3.Client {
	client, err := clientv3.New(clientv3.Config{
		Endpoints: endpoints, DialTimeout: 10 * time.Second, Logger: zap.NewNop(),
	})
	if err != nil {
		panic(err)
	}
	return client
}

func main() {
	ctx, stop := context.WithCancel(context.Background())
	endpoints := os.Args[1:]
	var writers sync.WaitGroup
	for at := 0; at < 8; at++ {
		writers.Add(1)
		go func() {
			defer writers.Done()
			client := open(endpoints[at%len(endpoints)])
			defer client.Close()
			for ctx.Err() == nil {
				client.Put(ctx, fmt.Sprintf("others/%d", at), "value")
			}
		}()
	}
	keys := []string{"a", "b", "c", "d"}
	read := func(stm concurrency.STM) error {
		for _, key := range keys {
			stm.Get(key)
		}
		return nil
	}
	run := func(name string, client *clientv3.Client, prefetch bool) {
		defer client.Close()
		future, other := 0, 0
		for n := 0; n < transactions; n++ {
			var err error
			if prefetch {
				_, err = concurrency.NewSTM(client, read, concurrency.WithPrefetch(keys...))
			} else {
				_, err = concurrency.NewSTM(client, read)
			}
			if err != nil && strings.Contains(err.Error(), "required revision is a future revision") {
				future++
			} else if err != nil {
				other++
			}
		}
		fmt.Printf("%s: %d failed for a future revision, %d otherwise\n", name, future, other)
	}
	run("three endpoints", open(endpoints...), false)
	run("three endpoints, prefetched", open(endpoints...), true)
	run("one endpoint", open(endpoints[0]), false)
	stop()
	writers.Wait()
}
GO
{ go mod init program && go get "go.etcd.io/etcd/client/v3@v$CLIENT" &&
  go build -o program .; } >"$work/go.log" 2>&1 || { cat "$work/go.log"; exit 2; }

peer() { echo "http://127.0.0.1:$((PORT + 3 + $1))"; }
client() { echo "http://127.0.0.1:$((PORT + $1))"; }
cluster="m1=$(peer 1),m2=$(peer 2),m3=$(peer 3)"
for at in 1 2 3; do
  "$etcd" --name "m$at" --data-dir "$work/m$at" \
    --listen-client-urls "$(client $at)" --advertise-client-urls "$(client $at)" \
    --listen-peer-urls "$(peer $at)" --initial-advertise-peer-urls "$(peer $at)" \
    --initial-cluster "$cluster" >"$work/m$at.log" 2>&1 &
  pids="$pids $!"
done

./program "$(client 1)" "$(client 2)" "$(client 3)" | tee "$work/out"

grep -Eqx 'three endpoints: [1-9][0-9]* failed for a future revision, 0 otherwise' "$work/out" ||
  { echo "CHANGED: no transaction failed over three endpoints"; exit 1; }
grep -Fqx 'three endpoints, prefetched: 0 failed for a future revision, 0 otherwise' "$work/out" ||
  { echo "CHANGED: prefetching does not help"; exit 1; }
grep -Fqx 'one endpoint: 0 failed for a future revision, 0 otherwise' "$work/out" ||
  { echo "CHANGED: it fails with one endpoint, too"; exit 1; }
echo "as described"

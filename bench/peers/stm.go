// Peer measurement: transactions of Go's concurrency package, see bench.go.
package main

import (
	"fmt"
	"strconv"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
)

const stmGroups = 100

var stmValue = strings.Repeat("v", 256)

// Reads ten keys that nobody else is at, and writes one of them.
func stmTen(cli *clientv3.Client, i int, prefetch bool) error {
	keys := make([]string, 10)
	for at := range keys {
		keys[at] = fmt.Sprintf("bench/stm/%d/%d", i%stmGroups, at)
	}
	apply := func(s concurrency.STM) error {
		for _, key := range keys {
			s.Get(key)
		}
		s.Put(keys[0], stmValue)
		return nil
	}
	var err error
	if prefetch {
		_, err = concurrency.NewSTM(cli, apply, concurrency.WithAbortContext(ctx), concurrency.WithPrefetch(keys...))
	} else {
		_, err = concurrency.NewSTM(cli, apply, concurrency.WithAbortContext(ctx))
	}
	return err
}

// Adds one to two of four counters that everybody is at.
func stmFour(cli *clientv3.Client, i int) error {
	from := i % 4
	to := (from + 1 + i/4%3) % 4
	_, err := concurrency.NewSTM(cli, func(s concurrency.STM) error {
		for _, at := range []int{from, to} {
			key := fmt.Sprintf("bench/stm4/%d", at)
			n, _ := strconv.Atoi(s.Get(key))
			s.Put(key, strconv.Itoa(n+1))
		}
		return nil
	}, concurrency.WithAbortContext(ctx))
	return err
}

// Peer measurement: Go clientv3 doing the same work as the benchmark (see ../README.md).
package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

func cpu() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var (
	eps = flag.String("endpoints", "127.0.0.1:12379", "")
	n   = flag.Int("n", 20000, "")
	c   = flag.Int("c", 64, "")
	op  = flag.String("op", "serget", "serget|linget|put|put1k|txn64|range1000|watch|watch1000|lease1000|connect|watchers|list|stm10|stm10seq|stm4")
	ca  = flag.String("ca", "", "file with the certificate of who has signed the servers': dials with TLS")
	ctx = context.Background()
)

func open() *clientv3.Client {
	cfg := clientv3.Config{Endpoints: strings.Split(*eps, ","), DialTimeout: 5 * time.Second}
	if *ca != "" {
		pem, err := os.ReadFile(*ca)
		must(err)
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		cfg.TLS = &tls.Config{RootCAs: roots}
	}
	cli, err := clientv3.New(cfg)
	must(err)
	return cli
}

func report(n int, d, cc time.Duration, took []time.Duration) {
	tail := ""
	if took != nil {
		slices.Sort(took)
		at := func(p float64) int64 { return took[int(float64(len(took)-1)*p)].Microseconds() }
		tail = fmt.Sprintf(" p50 %d us p99 %d us", at(.5), at(.99))
	}
	fmt.Printf("go %s n=%d c=%d %.0f op/s cpu %.2f us/op%s\n", *op, n, *c, float64(n)/d.Seconds(), float64(cc.Nanoseconds())/1000/float64(n), tail)
}

// deliver writes n/per times while the watchers receive n events in all.
func deliver(chans []clientv3.WatchChan, n, per int, write func() error) {
	for _, ch := range chans {
		if r := <-ch; !r.Created {
			panic("not created")
		}
	}
	t0, c0 := time.Now(), cpu()
	var readers sync.WaitGroup
	for _, ch := range chans {
		readers.Add(1)
		go func() {
			defer readers.Done()
			for got := 0; got < n/len(chans); {
				r := <-ch
				must(r.Err())
				got += len(r.Events)
			}
		}()
	}
	var k int64
	for j := 0; j < 4; j++ {
		go func() {
			for int(atomic.AddInt64(&k, 1)) <= n/per {
				must(write())
			}
		}()
	}
	readers.Wait()
	report(n, time.Since(t0), cpu()-c0, nil)
}

func renewals() (sum int) {
	line := regexp.MustCompile(`(?m)^etcd_debugging_lease_renewed_total (\S+)`)
	for _, e := range strings.Split(*eps, ",") {
		r, err := http.Get("http://" + e + "/metrics")
		must(err)
		text, err := io.ReadAll(r.Body)
		must(err)
		r.Body.Close()
		v, err := strconv.ParseFloat(string(line.FindSubmatch(text)[1]), 64)
		must(err)
		sum += int(v)
	}
	return sum
}

func leases(cli *clientv3.Client) {
	for i := 0; i < 1000; i++ {
		l, err := cli.Grant(ctx, 3)
		must(err)
		ch, err := cli.KeepAlive(ctx, l.ID)
		must(err)
		go func() {
			for range ch {
			}
		}()
	}
	time.Sleep(3 * time.Second) // warm-up
	r0, t0, c0 := renewals(), time.Now(), cpu()
	time.Sleep(3 * time.Second)
	d, cc := time.Since(t0), cpu()-c0
	report(renewals()-r0, d, cc, nil)
}

// One line for deno task bench --scale.
func reportScale(t0 time.Time, c0 time.Duration, beforeMiB float64, remark string) {
	fmt.Printf("{\"beforeMiB\":%f,\"seconds\":%f,\"cpuSeconds\":%f,\"remark\":%q}\n",
		beforeMiB, time.Since(t0).Seconds(), (cpu() - c0).Seconds(), remark)
}

func rssMiB() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, err := strconv.ParseFloat(strings.Fields(string(text))[1], 64)
	must(err)
	return pages * float64(os.Getpagesize()) / (1 << 20)
}

// As many watchers of one key, until the server has confirmed all.
func watchers(cli *clientv3.Client, n int) {
	before, t0, c0 := rssMiB(), time.Now(), cpu()
	chans := make([]clientv3.WatchChan, n)
	for i := range chans {
		chans[i] = cli.Watch(ctx, "bench/s", clientv3.WithCreatedNotify())
	}
	for _, ch := range chans {
		<-ch
	}
	reportScale(t0, c0, before, "")
}

// All keys of a list, in pages, at one revision.
func list(cli *clientv3.Client, n int) {
	before, t0, c0 := rssMiB(), time.Now(), cpu()
	prefix := fmt.Sprintf("bench/list%d/", n)
	key, end := prefix, clientv3.GetPrefixRangeEnd(prefix)
	read, rev := 0, int64(0)
	for {
		r, err := cli.Get(ctx, key, clientv3.WithRange(end), clientv3.WithLimit(10000), clientv3.WithRev(rev))
		must(err)
		rev = r.Header.Revision
		for _, kv := range r.Kvs {
			if len(kv.Value) > 0 {
				read++
			}
		}
		if !r.More {
			break
		}
		key = string(r.Kvs[len(r.Kvs)-1].Key) + "\x00"
	}
	if read != n {
		panic(fmt.Sprintf("listed %d keys of %d", read, n))
	}
	reportScale(t0, c0, before, "pages of 10 000 keys")
}

func main() {
	flag.Parse()
	cli := open()
	defer cli.Close()
	val, val1k := strings.Repeat("v", 256), strings.Repeat("v", 1024)
	own := "bench/u/" + rand.Text() + "/"
	var unique int64
	_, err := cli.Get(ctx, "bench/a")
	must(err)
	var f func(i int) error
	switch *op {
	case "serget":
		f = func(i int) error { _, e := cli.Get(ctx, "bench/a", clientv3.WithSerializable()); return e }
	case "linget":
		f = func(i int) error { _, e := cli.Get(ctx, "bench/a"); return e }
	case "put":
		f = func(i int) error { _, e := cli.Put(ctx, fmt.Sprintf("bench/k%d", i%1000), val); return e }
	case "put1k":
		f = func(i int) error {
			_, e := cli.Put(ctx, fmt.Sprintf("%s%d", own, atomic.AddInt64(&unique, 1)), val1k)
			return e
		}
	case "txn64":
		ops := make([]clientv3.Op, 64)
		for i := range ops {
			ops[i] = clientv3.OpGet("bench/a")
		}
		f = func(i int) error { _, e := cli.Txn(ctx).Then(ops...).Commit(); return e }
	case "range1000":
		f = func(i int) error { _, e := cli.Get(ctx, "bench/r/", clientv3.WithPrefix()); return e }
	case "stm10", "stm10seq":
		f = func(i int) error { return stmTen(cli, i, *op == "stm10") }
	case "stm4":
		f = func(i int) error { return stmFour(cli, i) }
	case "connect":
		f = func(i int) error {
			other := open()
			_, e := other.Get(ctx, "bench/a")
			other.Close()
			return e
		}
	case "watch":
		ops := make([]clientv3.Op, 64)
		for i := range ops {
			ops[i] = clientv3.OpPut(fmt.Sprintf("bench/w/%d", i), val)
		}
		ch := cli.Watch(ctx, "bench/w/", clientv3.WithPrefix(), clientv3.WithCreatedNotify())
		deliver([]clientv3.WatchChan{ch}, (*n+63)/64*64, 64, func() error { _, e := cli.Txn(ctx).Then(ops...).Commit(); return e })
		return
	case "watch1000":
		chans := make([]clientv3.WatchChan, 1000)
		for i := range chans {
			chans[i] = cli.Watch(ctx, "bench/w1", clientv3.WithCreatedNotify())
		}
		deliver(chans, (*n+999)/1000*1000, 1000, func() error { _, e := cli.Put(ctx, "bench/w1", val); return e })
		return
	case "lease1000":
		leases(cli)
		return
	case "watchers":
		watchers(cli, *n)
		return
	case "list":
		list(cli, *n)
		return
	default:
		panic("unknown operation " + *op)
	}
	took := make([]time.Duration, *n)
	run := func(n int) {
		var k int64
		var wg sync.WaitGroup
		for j := 0; j < *c; j++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for {
					i := int(atomic.AddInt64(&k, 1)) - 1
					if i >= n {
						return
					}
					t := time.Now()
					must(f(i))
					took[i] = time.Since(t)
				}
			}()
		}
		wg.Wait()
	}
	run(*n / 10)
	t0, c0 := time.Now(), cpu()
	run(*n)
	report(*n, time.Since(t0), cpu()-c0, took)
}

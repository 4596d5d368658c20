// Go's own recipes and concurrency primitives, for tests that have them stand in
// one queue with this project's. It prints a line for whatever happens.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand"
	"os"
	"strconv"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
	recipe "go.etcd.io/etcd/client/v3/experimental/recipes"
	"go.uber.org/zap"
)

var (
	endpoints = flag.String("endpoints", "", "endpoints, separated by commas")
	name      = flag.String("name", "", "name of the queue, lock or barrier")
	count     = flag.Int("count", 1, "how often")
	tag       = flag.String("tag", "go", "start of the values")
	ttl       = flag.Int("ttl", 5, "seconds of the session")
	pause     = flag.Duration("pause", 0, "time between two items")
)

type mode func(ctx context.Context, client *clientv3.Client) error

var modes = map[string]mode{
	"queue-produce":    queueProduce,
	"queue-consume":    queueConsume,
	"priority-produce": priorityProduce,
	"priority-consume": priorityConsume,
	"rwmutex":          withSession(rwMutex),
	"mutex":            withSession(mutex),
	"election":         withSession(election),
	"barrier-wait":     barrierWait,
	"barrier-hold":     barrierHold,
	"barrier-release":  barrierRelease,
	"double":           withSession(double),
}

func main() {
	log.SetFlags(0)
	flag.Parse()
	run, ok := modes[flag.Arg(0)]
	if !ok {
		log.Fatalf("there is no %q", flag.Arg(0))
	}
	client, err := clientv3.New(clientv3.Config{
		Endpoints:   strings.Split(*endpoints, ","),
		DialTimeout: 5 * time.Second,
		Logger:      zap.NewNop(),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if err := run(context.Background(), client); err != nil {
		log.Fatal(err)
	}
	say("done")
}

func say(words ...any) {
	fmt.Fprintln(os.Stdout, words...)
}

func withSession(
	run func(context.Context, *concurrency.Session) error,
) mode {
	return func(ctx context.Context, client *clientv3.Client) error {
		session, err := concurrency.NewSession(
			client, concurrency.WithTTL(*ttl))
		if err != nil {
			return err
		}
		defer session.Close()
		return run(ctx, session)
	}
}

func queueProduce(_ context.Context, client *clientv3.Client) error {
	queue := recipe.NewQueue(client, *name)
	return produce(func(at int) error {
		return queue.Enqueue(fmt.Sprintf("%s %d", *tag, at))
	})
}

func queueConsume(_ context.Context, client *clientv3.Client) error {
	return consume(recipe.NewQueue(client, *name).Dequeue)
}

func priorityProduce(_ context.Context, client *clientv3.Client) error {
	queue := recipe.NewPriorityQueue(client, *name)
	return produce(func(at int) error {
		priority := uint16(at % 5)
		value := fmt.Sprintf("%d %s %d", priority, *tag, at)
		return queue.Enqueue(value, priority)
	})
}

func priorityConsume(_ context.Context, client *clientv3.Client) error {
	return consume(recipe.NewPriorityQueue(client, *name).Dequeue)
}

func produce(enqueue func(at int) error) error {
	for at := 0; at < *count; at++ {
		if err := enqueue(at); err != nil {
			return err
		}
		time.Sleep(*pause)
	}
	return nil
}

// consume takes items until it is killed.
func consume(dequeue func() (string, error)) error {
	say("ready")
	for {
		value, err := dequeue()
		if err != nil {
			return err
		}
		say("got", value)
	}
}

// add adds one to a number, in two steps: if somebody else does the same
// meanwhile, one of the two is lost. The condition holds as long as the lock.
func add(
	ctx context.Context, client *clientv3.Client, key string,
	held ...clientv3.Cmp,
) error {
	got, err := client.Get(ctx, key)
	if err != nil {
		return err
	}
	number := 0
	if len(got.Kvs) > 0 {
		if number, err = strconv.Atoi(string(got.Kvs[0].Value)); err != nil {
			return err
		}
	}
	time.Sleep(time.Duration(rand.Intn(3)) * time.Millisecond)
	put := clientv3.OpPut(key, strconv.Itoa(number+1))
	answer, err := client.Txn(ctx).If(held...).Then(put).Commit()
	if err != nil {
		return err
	}
	if !answer.Succeeded {
		return fmt.Errorf("the lock of %s is lost", key)
	}
	return nil
}

func mutex(ctx context.Context, session *concurrency.Session) error {
	for at := 0; at < *count; at++ {
		lock := concurrency.NewMutex(session, *name)
		if err := lock.Lock(ctx); err != nil {
			return err
		}
		err := add(ctx, session.Client(), *name+" sum", lock.IsOwner())
		if err != nil {
			return err
		}
		if err := lock.Unlock(ctx); err != nil {
			return err
		}
		say("locked", at)
	}
	return nil
}

func election(ctx context.Context, session *concurrency.Session) error {
	for at := 0; at < *count; at++ {
		one := concurrency.NewElection(session, *name)
		if err := one.Campaign(ctx, *tag); err != nil {
			return err
		}
		leads := clientv3.Compare(
			clientv3.CreateRevision(one.Key()), "=", one.Rev())
		if err := add(ctx, session.Client(), *name+" sum", leads); err != nil {
			return err
		}
		if err := one.Resign(ctx); err != nil {
			return err
		}
		say("led", at)
	}
	return nil
}

// rwMutex writes two keys one after the other, and reads them: whoever reads
// while nobody writes sees the same in both.
func rwMutex(ctx context.Context, session *concurrency.Session) error {
	client := session.Client()
	lock := recipe.NewRWMutex(session, *name)
	for at := 0; at < *count; at++ {
		if at%3 == 0 {
			if err := lock.Lock(); err != nil {
				return err
			}
			for _, key := range []string{*name + " one", *name + " two"} {
				if err := add(ctx, client, key); err != nil {
					return err
				}
			}
			if err := lock.Unlock(); err != nil {
				return err
			}
			say("wrote", at)
			continue
		}
		if err := lock.RLock(); err != nil {
			return err
		}
		one, err := client.Get(ctx, *name+" one")
		if err != nil {
			return err
		}
		time.Sleep(time.Duration(rand.Intn(3)) * time.Millisecond)
		two, err := client.Get(ctx, *name+" two")
		if err != nil {
			return err
		}
		if text(one) != text(two) {
			say("torn", text(one), text(two))
		}
		if err := lock.RUnlock(); err != nil {
			return err
		}
		say("read", at)
	}
	return nil
}

func text(got *clientv3.GetResponse) string {
	if len(got.Kvs) == 0 {
		return ""
	}
	return string(got.Kvs[0].Value)
}

func barrierWait(_ context.Context, client *clientv3.Client) error {
	say("waits")
	return recipe.NewBarrier(client, *name).Wait()
}

func barrierHold(_ context.Context, client *clientv3.Client) error {
	return recipe.NewBarrier(client, *name).Hold()
}

func barrierRelease(_ context.Context, client *clientv3.Client) error {
	return recipe.NewBarrier(client, *name).Release()
}

// double meets at a barrier of a name of its own each time: Go's does not stand
// it if one comes back while another one still leaves.
func double(_ context.Context, session *concurrency.Session) error {
	for at := 0; at < *count; at++ {
		round := fmt.Sprintf("%s/%d", *name, at)
		barrier := recipe.NewDoubleBarrier(session, round, 4)
		if err := barrier.Enter(); err != nil {
			return err
		}
		say("in", at)
		time.Sleep(time.Duration(rand.Intn(5)) * time.Millisecond)
		say("leaves", at)
		if err := barrier.Leave(); err != nil {
			return err
		}
		say("out", at)
	}
	return nil
}

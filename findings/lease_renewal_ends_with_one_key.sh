#!/bin/sh
# etcd 3.6.16 (Go module go.etcd.io/etcd/server/v3, in the process of the program
# that asks it), with authentication on.
#
# A client renews all of its leases on one stream, LeaseKeepAlive, and a lease that
# is gone is answered on it like any other: with a TTL of 0. So a lease that the
# user may not renew should be told in the same way, or at least leave the others
# alone. It does neither. A user may renew a lease only if they may write each key
# that is attached to it; for one that they may not, the server ends the stream with
# PERMISSION_DENIED, does not say which lease it was, and answers nothing that was
# asked after it.
#
# No error of the user's is needed: somebody takes a right away, or a user with more
# rights puts one more key under the lease. A client that asks for its most urgent
# lease first then asks for the refused one first, on every stream that follows, and
# loses all its leases.
#
# Needs sh and Go 1.26 or later with its module proxy; the program is built in a
# temporary folder, some minutes without Go's build cache. Exit code 0: as
# described. 1: the behaviour has changed. 2: it could not be built.
#
# Output seen:
#   etcd 3.6.16
#   all may be renewed: one 60, none 0, other 60, one 60
#   the right to a key of "one" is gone: other 60, none 0, one PermissionDenied, stream ended
#   another stream, "one" first: one PermissionDenied, stream ended
#   another stream, without it: other 60, none 0, other 60
#   as described
# The same with ETCD=3.7.3. 3.5.16 and before renew "one" all the same.
set -eu

ETCD=${ETCD:-3.6.16}
work=$(mktemp -d)
finish() {
  chmod -R u+w "$work"
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM
cd "$work"
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/version"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
	"google.golang.org/grpc/status"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	return value
}

func open(endpoint, user string) *clientv3.Client {
	return must(clientv3.New(clientv3.Config{
		Endpoints: []string{endpoint}, Username: user, Password: user, Logger: zap.NewNop(),
	}))
}

// Renews leases on one stream, in this order.
func renew(client *clientv3.Client, names string, ids map[string]int64) string {
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	stream := must(pb.NewLeaseClient(client.ActiveConnection()).LeaseKeepAlive(ctx))
	asked := strings.Fields(names)
	for _, name := range asked {
		if stream.Send(&pb.LeaseKeepAliveRequest{ID: ids[name]}) != nil {
			break
		}
	}
	told := []string{}
	for _, name := range asked {
		answer, err := stream.Recv()
		if err != nil {
			return strings.Join(append(told, name+" "+status.Code(err).String(), "stream ended"), ", ")
		}
		told = append(told, fmt.Sprintf("%s %d", name, answer.TTL))
	}
	return strings.Join(told, ", ")
}

func main() {
	ctx := context.Background()
	config := embed.NewConfig()
	config.Dir = os.Args[1]
	config.LogOutputs = []string{os.Args[1] + ".log"}
	free := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	config.ListenClientUrls = []url.URL{free}
	config.ListenPeerUrls = []url.URL{free}
	etcd := must(embed.StartEtcd(config))
	defer etcd.Close()
	<-etcd.Server.ReadyNotify()
	endpoint := etcd.Clients[0].Addr().String()
	fmt.Println("etcd", version.Version)

	first := must(clientv3.New(clientv3.Config{Endpoints: []string{endpoint}, Logger: zap.NewNop()}))
	defer first.Close()
	must(first.RoleAdd(ctx, "root"))
	must(first.RoleAdd(ctx, "role"))
	must(first.RoleGrantPermission(ctx, "role", "key", "", clientv3.PermissionType(clientv3.PermReadWrite)))
	for user, role := range map[string]string{"root": "root", "user": "role"} {
		must(first.UserAdd(ctx, user, user))
		must(first.UserGrantRole(ctx, user, role))
	}
	must(first.AuthEnable(ctx))
	root, user := open(endpoint, "root"), open(endpoint, "user")
	defer root.Close()
	defer user.Close()

	ids := map[string]int64{"none": 77}
	for _, name := range []string{"one", "other"} {
		ids[name] = int64(must(user.Grant(ctx, 60)).ID)
	}
	must(user.Put(ctx, "key", "value", clientv3.WithLease(clientv3.LeaseID(ids["one"]))))
	fmt.Println("all may be renewed:", renew(user, "one none other one", ids))
	must(root.RoleRevokePermission(ctx, "role", "key", ""))
	fmt.Println(`the right to a key of "one" is gone:`, renew(user, "other none one other", ids))
	fmt.Println(`another stream, "one" first:`, renew(user, "one other none", ids))
	fmt.Println("another stream, without it:", renew(user, "other none other", ids))
}
GO
{ go mod init show.test/show && go get "go.etcd.io/etcd/server/v3@v$ETCD" &&
  go mod tidy && CGO_ENABLED=0 go build -o show .; } >build.log 2>&1 ||
  { echo "cannot be built: $(tail -1 build.log)"; exit 2; }

./show "$work/data" | tee told
cat >expected <<EXPECTED
etcd $ETCD
all may be renewed: one 60, none 0, other 60, one 60
the right to a key of "one" is gone: other 60, none 0, one PermissionDenied, stream ended
another stream, "one" first: one PermissionDenied, stream ended
another stream, without it: other 60, none 0, other 60
EXPECTED
cmp -s told expected || { echo "the behaviour has changed"; exit 1; }
echo "as described"

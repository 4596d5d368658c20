import { etcdSubject } from "./_etcd.ts";
import { testRuntime } from "./_suite.ts";

await testRuntime("node22", await etcdSubject());

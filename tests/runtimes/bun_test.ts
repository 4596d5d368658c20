import { etcdSubject } from "./_etcd.ts";
import { testRuntime } from "./_suite.ts";

await testRuntime("bun", await etcdSubject());

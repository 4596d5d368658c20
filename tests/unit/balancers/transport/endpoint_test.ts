import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { parseEndpoint } from "../../../../balancers/transport/_endpoint.ts";
import { InvalidOptionError } from "../../../../errors/invalid_option_error.ts";

type Expected = readonly [
  url: string,
  target: string,
  secure: boolean,
  host: string,
];

const ACCEPTED: Readonly<Record<string, Expected>> = {
  "http://10.0.0.1:2379": [
    "http://10.0.0.1:2379",
    "ipv4:10.0.0.1:2379",
    false,
    "10.0.0.1",
  ],
  "https://etcd.example.com:2379": [
    "https://etcd.example.com:2379",
    "dns:etcd.example.com:2379",
    true,
    "etcd.example.com",
  ],
  "https://etcd.default.svc.cluster.local.:2379": [
    "https://etcd.default.svc.cluster.local.:2379",
    "dns:etcd.default.svc.cluster.local.:2379",
    true,
    "etcd.default.svc.cluster.local",
  ],
  "http://localhost": [
    "http://localhost:2379",
    "dns:localhost:2379",
    false,
    "localhost",
  ],
  "https://10.0.0.1/": [
    "https://10.0.0.1:2379",
    "ipv4:10.0.0.1:2379",
    true,
    "10.0.0.1",
  ],
  "HTTPS://Etcd-1.Example.COM:80": [
    "https://etcd-1.example.com:80",
    "dns:etcd-1.example.com:80",
    true,
    "etcd-1.example.com",
  ],
  "etcd-0.etcd:12379": [
    "http://etcd-0.etcd:12379",
    "dns:etcd-0.etcd:12379",
    false,
    "etcd-0.etcd",
  ],
  "etcd_1": ["http://etcd_1:2379", "dns:etcd_1:2379", false, "etcd_1"],
  "10.0.0.1": [
    "http://10.0.0.1:2379",
    "ipv4:10.0.0.1:2379",
    false,
    "10.0.0.1",
  ],
  "[::1]:2380": ["http://[::1]:2380", "ipv6:[::1]:2380", false, "::1"],
  "http://[2001:DB8::1]": [
    "http://[2001:db8::1]:2379",
    "ipv6:[2001:db8::1]:2379",
    false,
    "2001:db8::1",
  ],
  "https://[::ffff:10.0.0.1]:1": [
    "https://[::ffff:10.0.0.1]:1",
    "ipv6:[::ffff:10.0.0.1]:1",
    true,
    "::ffff:10.0.0.1",
  ],
  "host:65535": ["http://host:65535", "dns:host:65535", false, "host"],
  "unix:///run/etcd.sock": [
    "unix:///run/etcd.sock",
    "unix:/run/etcd.sock",
    false,
    "localhost",
  ],
  "unix:/run/etcd.sock": [
    "unix:///run/etcd.sock",
    "unix:/run/etcd.sock",
    false,
    "localhost",
  ],
  // etcd's own form: a file of that name in the working directory.
  "unix://localhost:4381": [
    "unix://localhost:4381",
    "unix:localhost:4381",
    false,
    "localhost",
  ],
  "unixs:///run/etcd.sock": [
    "unixs:///run/etcd.sock",
    "unix:/run/etcd.sock",
    true,
    "localhost",
  ],
};

const REFUSED: readonly unknown[] = [
  "",
  " ",
  "http://",
  "https://:2379",
  ":2379",
  "http://host:",
  "http://host:0",
  "http://host:65536",
  "http://host:123456",
  "http://host:-1",
  "http://host:port",
  "http://host:2379/v3",
  "http://host:2379?x=1",
  "http://host:2379#x",
  "http://user@host:2379",
  "http:/host:2379",
  "http//host:2379",
  "ftp://host:2379",
  "etcd://host:2379",
  "srv://example.com",
  " http://host:2379",
  "http://host:2379\n",
  "a*b:2379",
  "a..b:2379",
  "http://a:2379,",
  "::1",
  "::1:2379",
  "[::1",
  "[::1]2379",
  "[host]:2379",
  "[10.0.0.1]:2379",
  "[::g]:2379",
  "300.0.0.1:2379",
  "10.0.0:2379",
  "10.0.0.1.:2379",
  "unix:",
  "unix://",
  "host%20name",
  2379,
  undefined,
  null,
  {},
  ["http://host:2379"],
];

Deno.test("parseEndpoint() takes every accepted form apart", () => {
  for (const [text, [url, target, secure, host]] of Object.entries(ACCEPTED)) {
    assertEquals(
      parseEndpoint(text, { tls: false }),
      { url, target, secure, host },
      text,
    );
  }
});

Deno.test("parseEndpoint() gives a canonical form that it accepts itself", () => {
  for (const [url] of Object.values(ACCEPTED)) {
    for (const tls of [true, false]) {
      assertStrictEquals(parseEndpoint(url, { tls }).url, url);
    }
  }
});

Deno.test("parseEndpoint() uses TLS without a scheme if and only if it is set up", () => {
  for (const text of ["host:2379", "10.0.0.1", "[::1]"]) {
    assert(parseEndpoint(text, { tls: true }).secure);
    assert(!parseEndpoint(text, { tls: false }).secure);
  }
  for (const tls of [true, false]) {
    assert(!parseEndpoint("http://host", { tls }).secure);
    assert(parseEndpoint("https://host", { tls }).secure);
    assert(!parseEndpoint("unix:/x", { tls }).secure);
    assert(parseEndpoint("unixs:/x", { tls }).secure);
  }
});

Deno.test("parseEndpoint() refuses everything else, naming option and value", () => {
  for (const text of REFUSED) {
    const error = assertThrows(
      () => parseEndpoint(text as string, { tls: false }),
      InvalidOptionError,
      "Cannot use the options: 'endpoints' must be an endpoint such as",
    );
    assertStrictEquals(error.option, "endpoints");
    assertStrictEquals(error.value, text);
  }
});

Deno.test("parseEndpoint() refuses several endpoints in one text, and says to pass a list", () => {
  for (
    const text of [
      "a,b:2379",
      "a:2379,b:2379",
      "http://a:2379,http://b:2379",
      "10.0.0.1:2379, 10.0.0.2:2379",
      "a:2379;b:2379",
      "a:2379 b:2379",
      "a\nb\n",
    ]
  ) {
    const error = assertThrows(
      () => parseEndpoint(text, { tls: false }),
      InvalidOptionError,
      "'endpoints' must be one endpoint; several are a list such as ['a:2379', 'b:2379']",
    );
    assertStrictEquals(error.value, text);
  }
  const path = "unix:///run/a,b.sock";
  assertStrictEquals(parseEndpoint(path, { tls: false }).url, path);
});

Deno.test("parseEndpoint() does not show a password", () => {
  for (
    const text of [
      "http://me:pass@host:1",
      "me:pass@host",
      "me:p@ss@host",
      "http://me:p/ss@host:1",
      "me:p/ss@host",
      "http://me:pass@a:1,http://me:pass@host:1",
      "http://a:1,http://me:pass@host:1",
      "http://a:1\nme:pass@host:1",
    ]
  ) {
    const error = assertThrows(
      () => parseEndpoint(text, { tls: false }),
      InvalidOptionError,
      "***@host",
    );
    const shown = Deno.inspect(error).replaceAll("(pass", "");
    assert(!/ss@|me:p/.test(`${error.message} ${error.value}`), error.message);
    assert(!/ss@|me:p/.test(shown), shown);
  }
});

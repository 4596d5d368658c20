/** The JSON that pbjs makes of the .proto files, and ways through it. */

/** A message field in pbjs's JSON. */
export interface Field {
  readonly type: string;
  readonly id: number;
  readonly rule?: "repeated";
  readonly comment?: string | null;
}

/** An rpc in pbjs's JSON. */
export interface Rpc {
  readonly requestType: string;
  readonly responseType: string;
  readonly requestStream?: boolean;
  readonly responseStream?: boolean;
  readonly comment?: string | null;
}

/** A package, message, enum or service in pbjs's JSON. */
export interface Namespace {
  readonly nested?: Readonly<Record<string, Namespace>>;
  readonly fields?: Readonly<Record<string, Field>>;
  readonly oneofs?: Readonly<Record<string, { readonly oneof: string[] }>>;
  readonly values?: Readonly<Record<string, number>>;
  readonly methods?: Readonly<Record<string, Rpc>>;
  readonly comment?: string | null;
}

/** A node of the descriptor with where it was found. */
export interface Found {
  readonly path: readonly string[];
  readonly node: Namespace;
}

/** The place where a type name is used. */
export interface Scope {
  readonly root: Namespace;
  /** The path of the node that uses it. */
  readonly from: readonly string[];
}

/** A nested enum goes by its own name, unless that says nothing by itself. */
export function typeName(path: readonly string[]): string {
  const name = path.at(-1) ?? "";
  return name === "Type" ? `${path.at(-2)}${name}` : name;
}

/** Follows a type name from where it is used, innermost scope first. */
export function resolve(
  { root, from }: Scope,
  type: string,
): readonly string[] {
  for (let depth = from.length; depth >= 0; depth--) {
    const path = [...from.slice(0, depth), ...type.split(".")];
    const node = path.reduce<Namespace | undefined>(
      (scope, name) => scope?.nested?.[name],
      root,
    );
    // A service may share its name with a message's package or scope.
    if (node?.fields !== undefined || node?.values !== undefined) return path;
  }
  throw new Error(`Cannot resolve ${type}: not found from ${from.join(".")}`);
}

/** The node of a path; an empty one when there is none. */
export function at(root: Namespace, path: readonly string[]): Namespace {
  return path.reduce((scope, name) => scope.nested?.[name] ?? {}, root);
}

/** Whether a node only holds others. */
export function isPackage(node: Namespace): boolean {
  return node.fields === undefined && node.values === undefined &&
    node.methods === undefined;
}

/** Every node below the given one, each before what is inside it. */
export function* walk(
  node: Namespace,
  path: readonly string[] = [],
): Generator<Found> {
  for (const [name, child] of Object.entries(node.nested ?? {})) {
    const found = { path: [...path, name], node: child };
    yield found;
    yield* walk(child, found.path);
  }
}

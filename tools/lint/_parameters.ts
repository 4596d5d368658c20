/** The lint rule for how many parameters a function has. */
import { isExempt } from "./_functions.ts";
import { ownPath } from "./_paths.ts";

const MAX_POSITIONALS = 2;
/** Types that may come third: an object of options, or a callback. */
const OPTIONS: ReadonlySet<string> = new Set([
  "TSFunctionType",
  "TSIndexedAccessType",
  "TSIntersectionType",
  "TSMappedType",
  "TSTypeLiteral",
  "TSTypeReference",
]);
/** Names of types that are a value of their own. */
const VALUES: ReadonlySet<string> = new Set([
  "Array",
  "ArrayBuffer",
  "Date",
  "Map",
  "Promise",
  "ReadonlyArray",
  "ReadonlyMap",
  "ReadonlySet",
  "RegExp",
  "Set",
  "Uint8Array",
]);
/** A condition is written as it is said: `compare.version(key, "=", 1n)`. */
const AS_SAID: ReadonlySet<string> = new Set(["api/kv/txn.ts"]);
/** A recipe is said as a method of its keyspace: `update(ks, key, change, {})`. */
const RECIPES = "recipes/";
const NOTHING: ReadonlySet<string> = new Set([
  "TSNullKeyword",
  "TSUndefinedKeyword",
]);

type Context = Deno.lint.RuleContext;
type Visitor = Deno.lint.LintVisitor;
type Parameter = Deno.lint.Parameter;
type TypeNode = Deno.lint.TypeNode;
type Callable = Deno.lint.Node & { readonly params: readonly unknown[] };

/** Two positional parameters, then options or a callback, and no more. */
export function maxPositionals(context: Context): Visitor {
  const path = ownPath(context.filename) ?? "";
  if (isExempt(path) || AS_SAID.has(path)) return {};
  /** Names that this file gives to types that are no objects. */
  const values = new Set(VALUES);
  const callables: Callable[] = [];
  const note = (node: Callable) => {
    if (!isHandedOver(node)) callables.push(node);
  };
  return {
    FunctionDeclaration: note,
    FunctionExpression: note,
    ArrowFunctionExpression: note,
    TSDeclareFunction: note,
    TSEmptyBodyFunctionExpression: note,
    TSMethodSignature: note,
    TSFunctionType: note,
    TSTypeAliasDeclaration(node) {
      if (!isOptionsType(node.typeAnnotation, values)) values.add(node.id.name);
    },
    "Program:exit"() {
      for (const node of callables) {
        const params = node.params as Parameter[];
        const message = path.startsWith(RECIPES) && takesKeyspace(params)
          ? objectionToRecipe(params.slice(1), values)
          : objection(params, values);
        if (message !== undefined) context.report({ node, message });
      }
    },
  } as Visitor;
}

/** Whether it is a callback whose parameters are those that a call gives it. */
function isHandedOver(node: Callable): boolean {
  return node.type === "ArrowFunctionExpression" &&
    node.parent.type === "CallExpression" &&
    node.params.every((param) =>
      param.type === "Identifier" && !param.typeAnnotation
    );
}

function objection(
  params: readonly Parameter[],
  values: ReadonlySet<string>,
): string | undefined {
  const counted = params.filter((param) =>
    !(param.type === "Identifier" && param.name === "this")
  );
  const last = counted.at(-1);
  const rest = last?.type === "RestElement" ? counted.pop() : undefined;
  const [third, ...more] = counted.slice(MAX_POSITIONALS);
  const listed = rest === undefined ? 0 : tupleLength(rest);
  const holds = counted.length + listed <= MAX_POSITIONALS ||
    (third !== undefined && more.length + listed === 0 &&
      isOptions(third, values));
  return holds
    ? undefined
    : `Function has ${counted.length + listed} parameters: at most ` +
      `${MAX_POSITIONALS}, then options or a callback`;
}

/** Whether the first one is the keyspace of a recipe. */
function takesKeyspace([first]: readonly Parameter[]): boolean {
  const type = first && typeOf(first);
  return type?.type === "TSTypeReference" &&
    type.typeName.type === "Identifier" && type.typeName.name === "Keyspace";
}

/** Besides its keyspace, a recipe may take a callback and then options. */
function objectionToRecipe(
  params: readonly Parameter[],
  values: ReadonlySet<string>,
): string | undefined {
  const last = params.at(-1);
  const most = MAX_POSITIONALS + 2;
  return params.length === most && last && isOptions(last, values)
    ? objection(params.slice(0, -1), values)
    : objection(params, values);
}

/** The number of parameters `...rest: [a: A, b: B]` stands for. */
function tupleLength(rest: Parameter): number {
  let type = typeOf(rest);
  if (type?.type === "TSTypeOperator") type = type.typeAnnotation;
  return type?.type === "TSTupleType" ? type.elementTypes.length : 0;
}

function typeOf(param: Parameter): TypeNode | undefined {
  return "typeAnnotation" in param
    ? param.typeAnnotation?.typeAnnotation
    : undefined;
}

function isOptions(param: Parameter, values: ReadonlySet<string>): boolean {
  if (param.type === "AssignmentPattern") {
    return param.right.type === "ObjectExpression" ||
      isOptions(param.left as Parameter, values);
  }
  if (param.type === "ObjectPattern") return true;
  const type = typeOf(param);
  return type !== undefined && isOptionsType(type, values);
}

function isOptionsType(type: TypeNode, values: ReadonlySet<string>): boolean {
  if (type.type === "TSUnionType") {
    const types = type.types.filter((each) => !NOTHING.has(each.type));
    return types.every((each) => isOptionsType(each, values));
  }
  if (type.type === "TSTypeReference") {
    const { typeName } = type;
    return !(typeName.type === "Identifier" && values.has(typeName.name));
  }
  return OPTIONS.has(type.type);
}

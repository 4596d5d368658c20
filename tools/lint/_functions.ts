/** Lint rules for the size and the parameters of functions. */
import { ownPath } from "./_paths.ts";

const MAX_LINES = 40;
const MAX_POSITIONALS = 2;
const OBJECTS: ReadonlySet<string> = new Set([
  "TSTypeReference",
  "TSTypeLiteral",
  "TSIntersectionType",
  "TSUnionType",
  "TSFunctionType",
]);

/** Where the rules do not hold: tests, generated code, and what is to come. */
const UNFINISHED: readonly string[] = [
  "tests/",
  "proto/gen/",
  // To be brought over, and taken out of this list, one after the other.
  "api/lease/",
  "api/lock_election/",
  "api/stream/",
  "api/watch/",
];

type Context = Deno.lint.RuleContext;
type Visitor = Deno.lint.LintVisitor;
type AnyFunction =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

function forFunctions(check: (node: AnyFunction) => void): Visitor {
  return {
    FunctionDeclaration: check,
    FunctionExpression: check,
    ArrowFunctionExpression: check,
  };
}

/** A function has at most 40 lines: its body, without the docs above it. */
export function maxFunctionLines(context: Context): Visitor {
  const from = ownPath(context.filename) ?? "";
  if (UNFINISHED.some((place) => from.startsWith(place))) return {};
  return forFunctions((node) => {
    const { text } = context.sourceCode;
    const lines = text.slice(...node.range).split("\n").length;
    if (lines <= MAX_LINES) return;
    context.report({
      node,
      message: `Function has ${lines} lines: the limit is ${MAX_LINES}`,
    });
  });
}

/** Whether it may come third: an object, or what is called. */
function isOptions(param: Deno.lint.Parameter): boolean {
  if (param.type === "AssignmentPattern") {
    return param.right.type === "ObjectExpression" ||
      (param.left.type === "Identifier" && param.left.typeAnnotation !==
          undefined &&
        isOptions(param.left));
  }
  if (param.type === "ObjectPattern") return true;
  if (param.type !== "Identifier") return false;
  const type = param.typeAnnotation?.typeAnnotation.type;
  return type !== undefined && OBJECTS.has(type);
}

/** Two positional parameters, then options, then perhaps what is called. */
export function maxPositionals(context: Context): Visitor {
  const from = ownPath(context.filename) ?? "";
  if (UNFINISHED.some((place) => from.startsWith(place))) return {};
  return forFunctions((node) => {
    const params = node.params.filter((param) =>
      param.type !== "RestElement" &&
      !(param.type === "Identifier" && param.name === "this")
    );
    const [third, ...more] = params.slice(MAX_POSITIONALS);
    if (third === undefined || (isOptions(third) && more.length === 0)) return;
    context.report({
      node,
      message: `Function has ${params.length} parameters: at most ` +
        `${MAX_POSITIONALS}, then options`,
    });
  });
}

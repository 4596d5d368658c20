/** The lint rule for the size of functions. */
import { ownPath } from "./_paths.ts";

const MAX_LINES = 40;

/** The exempt folders: a test tells a story, and generated code is not read. */
const EXEMPT: readonly string[] = ["tests/", "proto/gen/"];

type Context = Deno.lint.RuleContext;
type Visitor = Deno.lint.LintVisitor;
type Sized =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression
  | Deno.lint.StaticBlock;

/** Whether the rules for functions do not hold for a file. */
export function isExempt(path: string): boolean {
  return EXEMPT.some((place) => path.startsWith(place));
}

/** A function has at most 40 lines: its body, without the docs above it. */
export function maxFunctionLines(context: Context): Visitor {
  if (isExempt(ownPath(context.filename) ?? "")) return {};
  const check = (node: Sized) => {
    const { text } = context.sourceCode;
    const lines = text.slice(...node.range).split("\n").length;
    if (lines <= MAX_LINES) return;
    const what = node.type === "StaticBlock" ? "Static block" : "Function";
    context.report({
      node,
      message: `${what} has ${lines} lines: the limit is ${MAX_LINES}`,
    });
  };
  return {
    FunctionDeclaration: check,
    FunctionExpression: check,
    ArrowFunctionExpression: check,
    StaticBlock: check,
  };
}

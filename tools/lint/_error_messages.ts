/** The lint rule for the messages of errors. */
import { ownPath } from "./_paths.ts";
import { literalText } from "./_specifiers.ts";

type Context = Deno.lint.RuleContext;
type Visitor = Deno.lint.LintVisitor;
type Node = Deno.lint.Node;

/** Error messages have no final period. */
export function errorMessage(context: Context): Visitor {
  if (ownPath(context.filename)?.startsWith("tests/")) return {};
  const check = (
    node: Deno.lint.NewExpression | Deno.lint.CallExpression,
  ) => {
    const [first] = node.arguments;
    if (!makesError(node.callee) || first === undefined) return;
    if (!endsOf(first).some((text) => /[^.]\.$/.test(text))) return;
    context.report({
      node,
      message: "Error messages have no final period: `Cannot <do>: <state>`",
    });
  };
  return { NewExpression: check, CallExpression: check };
}

/** Whether `TypeError`, `Deno.errors.TimedOut` and the like are called. */
function makesError(callee: Node): boolean {
  switch (callee.type) {
    case "Super":
      return true;
    case "Identifier":
      return /(Error|DOMException)$/.test(callee.name);
    case "MemberExpression":
      return callee.object.type === "MemberExpression" &&
        callee.object.property.type === "Identifier" &&
        callee.object.property.name === "errors";
    default:
      return false;
  }
}

/** The last words a message may have. */
function endsOf(node: Node): readonly string[] {
  switch (node.type) {
    case "TemplateLiteral":
      return [node.quasis.at(-1)?.cooked ?? ""];
    case "BinaryExpression":
      return endsOf(node.right);
    case "LogicalExpression":
      return [...endsOf(node.left), ...endsOf(node.right)];
    case "ConditionalExpression":
      return [...endsOf(node.consequent), ...endsOf(node.alternate)];
    case "Literal":
      return [literalText(node) ?? ""];
    default:
      return [];
  }
}

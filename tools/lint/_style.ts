/** Lint rules for the house style. */
import { ownPath } from "./_paths.ts";
import { literalText, specifiers } from "./_specifiers.ts";

const MAX_LINES = 250;
const BAD_NAMES: ReadonlySet<string> = new Set(["index", "util", "utils"]);

type Context = Deno.lint.RuleContext;
type Visitor = Deno.lint.LintVisitor;

/** A file has at most 250 lines. */
export function maxLines(context: Context): Visitor {
  const from = ownPath(context.filename) ?? "";
  if (from.startsWith("tests/") || from.startsWith("proto/gen/")) return {};
  return {
    Program(node) {
      const lines = context.sourceCode.text.replace(/\n$/, "").split("\n");
      if (lines.length <= MAX_LINES) return;
      context.report({
        node,
        message: `File has ${lines.length} lines: the limit is ${MAX_LINES}`,
      });
    },
  };
}

/** File names are snake_case and name a concept. */
export function fileName(context: Context): Visitor {
  const path = ownPath(context.filename);
  const name = path?.split("/").at(-1)?.replace(/\.ts$/, "");
  if (name === undefined) return {};
  return {
    Program(node) {
      if (BAD_NAMES.has(name.replace(/^_/, ""))) {
        context.report({
          node,
          message: `File name '${name}.ts' says nothing: name the one concept`,
        });
      } else if (!/^_?[a-z0-9]+(_[a-z0-9]+)*$/.test(name)) {
        context.report({
          node,
          message: `File name '${name}.ts' is not snake_case`,
        });
      }
    },
  };
}

/** What is public is exported by name. */
export function noExportStar(context: Context): Visitor {
  return {
    ExportAllDeclaration(node) {
      context.report({
        node,
        message: "Export by name: `export *` hides what is public",
      });
    },
  };
}

/** Unions of literals, no enums. */
export function noEnum(context: Context): Visitor {
  return {
    TSEnumDeclaration(node) {
      context.report({
        node,
        message: "Use a union of literals instead of an enum",
      });
    },
  };
}

/** `#name`, not `private`. */
export function hashPrivate(context: Context): Visitor {
  const check = (
    node: Deno.lint.MethodDefinition | Deno.lint.PropertyDefinition,
  ) => {
    if (node.accessibility !== "private") return;
    // A constructor has no other way to be kept to its factory.
    if (node.type === "MethodDefinition" && node.kind === "constructor") return;
    context.report({ node, message: "Use `#name` instead of `private`" });
  };
  return {
    MethodDefinition: check,
    PropertyDefinition: check,
    TSParameterProperty(node) {
      context.report({
        node,
        message: "Assign the field: no parameter properties",
      });
    },
  };
}

/** No event emitters. */
export function noEventEmitter(context: Context): Visitor {
  if (ownPath(context.filename)?.startsWith("tests/")) return {};
  return specifiers((specifier, node) => {
    if (!/^(node:)?events$/.test(specifier)) return;
    context.report({
      node,
      message: "Use an `onEvent` option or an async iterable, not EventEmitter",
    });
  });
}

/** Error messages have no final period. */
export function errorMessage(context: Context): Visitor {
  if (ownPath(context.filename)?.startsWith("tests/")) return {};
  return {
    NewExpression(node) {
      if (
        node.callee.type !== "Identifier" || !/Error$/.test(node.callee.name)
      ) return;
      const first = node.arguments[0];
      const text = first?.type === "TemplateLiteral"
        ? first.quasis.at(-1)?.cooked
        : literalText(first as Deno.lint.Expression | undefined);
      if (!text || !/[^.]\.$/.test(text)) return;
      context.report({
        node,
        message: "Error messages have no final period: `Cannot <do>: <state>`",
      });
    },
  };
}

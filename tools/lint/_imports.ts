/** Lint rules for what a file imports. */
import { circleThrough } from "./_circles.ts";
import { placeObjection } from "./_ladders.ts";
import { importObjection } from "./_layers.ts";
import { mayUsePackage } from "./_packages.ts";
import { ownPath, placeOf } from "./_paths.ts";
import { imports, specifiers } from "./_specifiers.ts";

type Context = Deno.lint.RuleContext;
type Visitor = Deno.lint.LintVisitor;

/** Layers and rooms: imports go down, and through doors. */
export function direction(context: Context): Visitor {
  const from = ownPath(context.filename);
  if (from === undefined) return {};
  const visitor = specifiers((specifier, node) => {
    const to = placeOf(from, specifier);
    const objection = to && importObjection(from, to);
    if (!objection) return;
    const message = `${from} must not import ${to}: ${objection}`;
    context.report({ node, message });
  }, (node) => {
    if (from.startsWith("tests/") || from.startsWith("tools/")) return;
    context.report({
      node,
      message: `${from} must not import a computed path: no rule can see it`,
    });
  });
  return {
    ...visitor,
    Program(node) {
      const message = placeObjection(from);
      if (message !== undefined) context.report({ node, message });
    },
  };
}

/** No file imports itself by way of others; a lazy import is no circle. */
export function noCircle(context: Context): Visitor {
  const from = ownPath(context.filename);
  if (from === undefined) return {};
  const imported = new Set<string>();
  return {
    ...imports((specifier) => {
      const to = placeOf(from, specifier);
      if (to !== undefined) imported.add(to);
    }),
    "Program:exit"(node) {
      const way = circleThrough(from, [...imported]);
      if (way === undefined) return;
      const message = `Files import each other: ${way.join(" → ")}`;
      context.report({ node, message });
    },
  };
}

/** Packages are known where they belong. */
export function packages(context: Context): Visitor {
  const from = ownPath(context.filename);
  if (from === undefined) return {};
  return specifiers((specifier, node) => {
    const allowed = mayUsePackage(from, specifier);
    if (allowed === undefined) return;
    context.report({
      node,
      message: `${from} must not import ${specifier}: ${allowed}`,
    });
  });
}

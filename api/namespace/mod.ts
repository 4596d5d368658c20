/**
 * The keys below a prefix, as if there were no others.
 *
 * @module
 */
export { NamespacedKeys } from "./namespace.ts";

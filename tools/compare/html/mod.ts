/**
 * A result as a page.
 *
 * @module
 */
export { renderHtml } from "./_page.ts";

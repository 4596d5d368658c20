/**
 * A result as a page.
 *
 * @module
 */
export { renderHtml } from "./_page.ts";
export type { PageLinks } from "./_intro.ts";
export { renderLab, type ServerPage } from "./_lab_page.ts";

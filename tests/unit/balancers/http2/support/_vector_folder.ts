/**
 * Vectors of other implementations: `ETCDENO_HTTP2_VECTORS` names the folder
 * that holds `hpack/` and `http2-frames/`. Without it there are only our own.
 */
const FOLDER = Deno.env.get("ETCDENO_HTTP2_VECTORS");

/** A file of vectors. */
export interface VectorFile {
  /** Below the folder. */
  readonly path: string;
  readonly json: unknown;
}

/** All JSON files below a part of the folder, which then must have some. */
export function vectorFiles(
  part: "hpack" | "http2-frames",
): readonly VectorFile[] {
  if (FOLDER === undefined) return [];
  const paths: string[] = [];
  const walk = (path: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(`${FOLDER}/${path}`)) {
      if (isDirectory) walk(`${path}/${name}`);
      else if (name.endsWith(".json")) paths.push(`${path}/${name}`);
    }
  };
  walk(part);
  if (paths.length === 0) {
    throw new Error(`Cannot find vectors: ${FOLDER}/${part} has none`);
  }
  return paths.sort().map((path) => ({
    path,
    json: JSON.parse(Deno.readTextFileSync(`${FOLDER}/${path}`)),
  }));
}

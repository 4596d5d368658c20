import { request } from "node:http";
import type { Buffer } from "node:buffer";

/** An HTTP answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Gets a page over a connection of its own. Not `fetch`, which would ask an
 * `HTTP_PROXY` of the environment for 127.0.0.1, too.
 */
export function httpGet(url: string, timeoutMs: number): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false }, (answer) => {
      let body = "";
      answer.on("data", (bytes: Buffer) => body += bytes.toString());
      answer.on("end", () => {
        clearTimeout(timer);
        resolve({ status: answer.statusCode ?? 0, body });
      });
      answer.on("error", fail);
    });
    const timer = setTimeout(() => {
      asked.destroy(
        Object.assign(
          new Error(`Cannot get ${url}: no answer after ${timeoutMs} ms`),
          { code: "ETIMEDOUT" },
        ),
      );
    }, timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    asked.on("error", fail);
    asked.end();
  });
}

import type { Buffer } from "node:buffer";
import { request as plainRequest, type RequestOptions } from "node:http";
import { request as secureRequest } from "node:https";
import type { ClientTls } from "./_access.ts";

/** An HTTP answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** A question. */
export interface HttpOptions {
  readonly timeoutMs: number;
  readonly tls?: ClientTls | undefined;
  /** The value to post, as JSON. @default {nothing: a GET} */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Asks over a connection of its own. Not `fetch`, which would ask an
 * `HTTP_PROXY` of the environment for 127.0.0.1, too.
 */
export function httpAsk(
  url: string,
  { timeoutMs, tls, json, headers }: HttpOptions,
): Promise<HttpAnswer> {
  const options: RequestOptions = {
    agent: false,
    method: json === undefined ? "GET" : "POST",
    // Without it, etcd takes its own certificate for that of the caller.
    headers: { accept: "*/*", ...headers },
    ...tls,
  };
  const request = url.startsWith("https:") ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const asked = request(url, options, (answer) => {
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
    asked.end(json === undefined ? undefined : JSON.stringify(json));
  });
}

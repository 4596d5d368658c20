/**
 * The furthest that the request of a failed call is known to have got:
 *
 * - `unsent`: none of it has left this process. That is certain: the call waited
 *   for a stream and was dropped, or its connection was lost before it was
 *   written.
 * - `unprocessed`: it was sent, and the server has certainly not looked at it.
 *   HTTP/2 promises that for the streams above the last one of a GOAWAY. It
 *   promises it for REFUSED_STREAM too, but a proxy may send that for a request
 *   that etcd has executed: HAProxy does. Such a stream is `unanswered`.
 * - `unanswered`: it may have been sent, and the status is not the server's: the
 *   stream was reset, or ended on this side.
 * - `answered`: the server itself gave the status.
 */
export type Reach = "unsent" | "unprocessed" | "unanswered" | "answered";

/**
 * The most bytes that a message of a server may have, over either transport:
 * etcd's client in Go takes as many, and Protocol Buffers know no larger ones. A
 * longer one ends its call with RESOURCE_EXHAUSTED when its length has come, not
 * when it has.
 */
export const MAX_MESSAGE_BYTES = 2_147_483_647;

/**
 * The things that people build on etcd, made once and tested under faults. Each
 * recipe is a function over a client or a namespace; `docs/recipes/` has a page for each.
 *
 * @module
 */
export { bytes, type Codec, json, text } from "./codec/mod.ts";
export {
  type Change,
  type CodecUpdateOptions,
  type DoubtPolicy,
  update,
  type UpdateOptions,
  type UpdateResult,
} from "./update/mod.ts";
export {
  type CodecStmOptions,
  type Isolation,
  stm,
  type StmEntry,
  type StmOptions,
  type StmPutOptions,
  type StmReadOptions,
  type StmResult,
  type Transact,
  type Tx,
} from "./stm/mod.ts";
export {
  type CodecRegisterOptions,
  type ConflictPolicy,
  register,
  type RegisterOptions,
  type Registration,
  type RegistrationState,
} from "./registration/mod.ts";
export {
  lead,
  leader,
  type LeaderOptions,
  type Leaders,
  type Leading,
  type LeadOptions,
  type LeadState,
  type PresentLeader,
} from "./leader/mod.ts";
export {
  type ExistingPolicy,
  type Mirror,
  mirror,
  type MirrorOptions,
  type MirrorProgress,
  type MirrorState,
  type MirrorWaitOptions,
} from "./mirror/mod.ts";
export {
  monotonic,
  type MonotonicKeyspace,
  type MonotonicOptions,
} from "./monotonic/mod.ts";
export {
  type Queue,
  queue,
  type QueueItem,
  type QueueItemsOptions,
  type QueueOptions,
} from "./queue/mod.ts";
export {
  type Permit,
  type Semaphore,
  semaphore,
  type SemaphoreOptions,
} from "./semaphore/mod.ts";
export {
  type PriorityEnqueueOptions,
  type PriorityQueue,
  priorityQueue,
  type PriorityQueueItem,
} from "./priority_queue/mod.ts";
export { type RwLock, rwLock, type RwLockOptions } from "./rw_lock/mod.ts";
export {
  type Barrier,
  barrier,
  type BarrierOptions,
  type DoubleBarrier,
  doubleBarrier,
  type DoubleBarrierOptions,
  type HoldOptions,
  type Presence,
} from "./barrier/mod.ts";
export {
  type ChangesOptions,
  type CodecViewOptions,
  type View,
  view,
  type ViewBufferOptions,
  type ViewChange,
  type ViewEntry,
  type ViewOptions,
  type ViewReader,
  type ViewState,
  type ViewUpdate,
  type ViewWaitOptions,
} from "./view/mod.ts";
export {
  type CodecWaitForOptions,
  type WaitCondition,
  waitFor,
  type WaitForOptions,
} from "./wait/mod.ts";

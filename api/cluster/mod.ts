/**
 * Members, maintenance, snapshots, and calls to one member.
 *
 * @module
 */
export { MemberConnections } from "./_member_connections.ts";
export { ClusterFacet } from "./cluster.ts";
export { MaintenanceFacet } from "./maintenance.ts";
export type {
  Alarm,
  AlarmType,
  DisarmOptions,
  Downgrade,
  DowngradeResult,
  HashKvOptions,
  HashKvResult,
  HashResult,
  HealthStatus,
  Maintenance,
  MaintenanceResult,
  MemberCalls,
  MemberStatus,
  Snapshot,
  SnapshotOptions,
} from "./maintenance_types.ts";
export { MemberFacet } from "./member.ts";
export type {
  AddMemberOptions,
  ClusterMember,
  ClusterMembership,
  MembersOptions,
  MembersResult,
} from "./types.ts";

import type { CompressedClock } from '../../clock';
import type { FaultInjector } from '../../faults/fault-injector';
import type { RequestContext } from '../../http/request-context';
import type { Meter } from '../../metering/meter';
import type { ObjectStore } from '../../s3/object-store';
import type { StatementRegistry } from '../statements/registry';
import type { StatementRunner } from '../statements/runner';
import type { Database } from '../warehouse/database';

export interface RedshiftDataOptions {
  /** Folder for the warehouse's file and the twin's own files. */
  readonly directory: string;
  readonly store: ObjectStore;
  readonly faults: FaultInjector;
  readonly region: string;
  readonly accountId: string;
  readonly workgroup: string;
  readonly database: string;
  /** ARNs of the roles attached to the namespace. The first is the default. */
  readonly iamRoles: readonly string[];
  /** Whether Redshift may assume a role for COPY. Default: yes. */
  readonly mayAssume?: (role: string) => boolean;
  /** Whether a role may read an object for COPY. Default: yes. */
  readonly mayRead?: (role: string, bucket: string, key: string) => boolean;
  /** The engine's memory limit, for example `1GB`. */
  readonly memoryLimit?: string;
  /** Most active statements. Default 200, as in AWS. */
  readonly maximumActiveStatements?: number;
  /** The warehouse's clock. Default: the system's. */
  readonly now?: () => Date;
  /** Upper bound of a long poll's `WaitTimeSeconds`. Default: none. */
  readonly longestPollSeconds?: number;
  readonly meter?: Meter;
  /** Long polls, and what a statement seems to run, take its time. Default: the system's clock. */
  readonly clock?: CompressedClock | undefined;
}

/** The objects that the operations share. */
export interface ServiceContext {
  readonly options: RedshiftDataOptions;
  readonly database: Database;
  readonly registry: StatementRegistry;
  readonly runner: StatementRunner;
}

export type Operation = (
  input: unknown,
  context: ServiceContext,
  request: RequestContext,
) => Promise<unknown>;

/** The service's timestamps are seconds since the epoch. */
export function seconds(date: Date): number {
  return date.getTime() / 1000;
}

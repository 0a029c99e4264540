import type { FaultInjector } from '../../faults/fault-injector';
import type { RequestContext } from '../../http/request-context';
import type { ObjectStore } from '../../s3/object-store';
import type { StatementRegistry } from '../statements/registry';
import type { StatementRunner } from '../statements/runner';
import type { Database } from '../warehouse/database';

export interface RedshiftDataOptions {
  /** Folder of the warehouse's file and of the twin's own files beside it. */
  readonly directory: string;
  readonly store: ObjectStore;
  readonly faults: FaultInjector;
  readonly region: string;
  readonly accountId: string;
  readonly workgroup: string;
  readonly database: string;
  /** ARNs of the roles attached to the namespace; the first is its default. */
  readonly iamRoles: readonly string[];
  /** Whether Redshift may take a role on for COPY. Default: it may. */
  readonly mayAssume?: (role: string) => boolean;
  /** Whether a role may read an object for COPY. Default: it may. */
  readonly mayRead?: (role: string, bucket: string, key: string) => boolean;
  /** Of the engine, for example `1GB`. */
  readonly memoryLimit?: string;
  /** Statements that may be active at once, 200 where AWS says a number. */
  readonly maximumActiveStatements?: number;
  /** Most seconds that a long poll is held back, whatever `WaitTimeSeconds` says. Default: as long as it says. */
  readonly longestPollSeconds?: number;
}

/** What the operations work with. */
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

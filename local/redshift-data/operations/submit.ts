import type { RequestContext } from '../../http/request-context';
import type { Principal } from '../../iam/principal';
import { ServiceError } from '../../service-error';
import { parametersOf } from '../sql/nodes';
import { databaseUser, type SqlParameter, type Submission } from '../statements/record';
import { seconds, type ServiceContext } from './context';
import { checkWorkgroup } from './shapes';

/** The text of a statement is at most 100 KB. Nobody says whether a KB has 1,000 or 1,024 bytes: the twin takes the less. */
export const MAXIMUM_SQL_BYTES = 100_000;
/** The default of the twin's option `maximumActiveStatements`. */
export const MAXIMUM_ACTIVE_STATEMENTS = 200;

/** A checked request of ExecuteStatement or BatchExecuteStatement. */
export interface SubmitInput {
  readonly WorkgroupName?: string;
  readonly Database?: string;
  readonly SecretArn?: string;
  readonly Parameters?: readonly SqlParameter[];
  readonly StatementName?: string;
  readonly ClientToken?: string;
  readonly WaitTimeSeconds?: number;
}

/** Registers and starts the statements, and answers after the requested wait. */
export async function submit(
  input: SubmitInput,
  sqls: readonly string[],
  isBatch: boolean,
  context: ServiceContext,
  request: RequestContext,
): Promise<object> {
  const { options, registry, runner } = context;
  const submission = toSubmission(input, sqls, isBatch, context, request.principal);
  if (registry.active >= (options.maximumActiveStatements ?? MAXIMUM_ACTIVE_STATEMENTS)) {
    throw new ServiceError(
      'ActiveStatementsExceededException',
      'Active statements exceeded the allowed quota.',
    );
  }
  const { record, isNew } = registry.submit(submission, input.ClientToken);
  if (isNew) runner.start(record, request.caller);
  await registry.wait(record, input.WaitTimeSeconds, request.signal);
  return {
    Id: record.id,
    CreatedAt: seconds(record.createdAt),
    Database: submission.database,
    DbUser: databaseUser(submission),
    DbGroups: [],
    SecretArn: submission.secretArn,
    WorkgroupName: submission.workgroupName,
    ...(input.WaitTimeSeconds === undefined
      ? {}
      : { Status: record.status, HasResultSet: record.hasResultSet, RedshiftPid: record.pid }),
  };
}

function toSubmission(
  input: SubmitInput,
  sqls: readonly string[],
  isBatch: boolean,
  context: ServiceContext,
  principal: Principal | undefined,
): Submission {
  const workgroupName = checkWorkgroup(input.WorkgroupName, context);
  if (input.Database === undefined)
    throw new ServiceError('ValidationException', 'Database must be provided.');
  if (sqls.some((sql) => Buffer.byteLength(sql) > MAXIMUM_SQL_BYTES)) {
    throw new ServiceError('ValidationException', 'Cannot process query string larger than 100kB');
  }
  const parameters = input.Parameters ?? [];
  checkParameters(parameters, sqls);
  return {
    sqls,
    isBatch,
    database: input.Database,
    workgroupName,
    secretArn: input.SecretArn,
    statementName: input.StatementName,
    parameters,
    owner: principal?.role && principal.userId,
    role: principal?.role?.name,
  };
}

/** Every provided parameter must be used. A missing one fails when the statement runs. */
function checkParameters(parameters: readonly SqlParameter[], sqls: readonly string[]): void {
  const names = parameters.map((parameter) => parameter.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new ServiceError(
      'ValidationException',
      `Parameters list contains duplicate parameters. Duplicate parameters: [${twice}]`,
    );
  }
  const used = new Set(sqls.flatMap(namesIn));
  const unused = names.filter((name) => !used.has(name));
  if (unused.length > 0) {
    throw new ServiceError(
      'ValidationException',
      `Parameters list contains unused parameters. Unused parameters: [${unused.join(', ')}]`,
    );
  }
}

/** A text that cannot be parsed has no parameters. Its error shows when the statement runs. */
function namesIn(sql: string): readonly string[] {
  try {
    return parametersOf(sql);
  } catch {
    return [];
  }
}

import * as z from 'zod';
import { validate } from '../../http/validation';
import type { StatementRecord } from '../statements/record';
import { seconds, type Operation } from './context';
import { checkWorkgroup, nextToken, paginate, workgroupName } from './shapes';

const shape = z.strictObject({
  NextToken: nextToken,
  MaxResults: z.number().int().min(0).max(100).optional(),
  StatementName: z.string().max(500).optional(),
  Status: z.enum(['SUBMITTED', 'PICKED', 'STARTED', 'FINISHED', 'ABORTED', 'FAILED', 'ALL']).optional(),
  /** The twin does not distinguish sessions of a role. */
  RoleLevel: z.literal(true).optional(),
  Database: z.string().optional(),
  WorkgroupName: workgroupName,
});

/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ListStatements.html */
export const listStatements: Operation = (input, context, { principal }) => {
  const filter = validate(shape, input);
  if (filter.WorkgroupName !== undefined) checkWorkgroup(filter.WorkgroupName, context);
  // The default is FINISHED.
  const status = filter.Status ?? 'FINISHED';
  const statements = context.registry.list().filter(
    ({ status: current, submission }) =>
      (status === 'ALL' || current === status) &&
      // A role sees its own statements. The account's root sees all, unlike in AWS.
      (principal?.role === undefined || submission.role === principal.role.name) &&
      (filter.Database === undefined || submission.database === filter.Database) &&
      (filter.StatementName === undefined ||
        submission.statementName?.startsWith(filter.StatementName) === true),
  );
  const { page, next } = paginate(statements, filter.MaxResults ?? 100, filter.NextToken);
  return Promise.resolve({ Statements: page.map(summary), NextToken: next });
};

function summary(record: StatementRecord): object {
  const { submission } = record;
  return {
    Id: record.id,
    QueryString: submission.isBatch ? undefined : submission.sqls[0],
    QueryStrings: submission.isBatch ? submission.sqls : undefined,
    QueryParameters: submission.parameters.length === 0 ? undefined : submission.parameters,
    IsBatchStatement: submission.isBatch,
    StatementName: submission.statementName,
    SecretArn: submission.secretArn,
    Status: record.status,
    CreatedAt: seconds(record.createdAt),
    UpdatedAt: seconds(record.updatedAt),
    ResultFormat: 'JSON',
  };
}

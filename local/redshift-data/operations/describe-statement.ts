import * as z from 'zod';
import { validate } from '../../http/validation';
import { databaseUser, isFinal, type Progress, type StatementRecord } from '../statements/record';
import { seconds, type Operation } from './context';
import { statementId, waitTimeSeconds } from './shapes';

const shape = z.strictObject({ Id: statementId, WaitTimeSeconds: waitTimeSeconds });

/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_DescribeStatement.html */
export const describeStatement: Operation = async (input, { registry }, request) => {
  const { Id, WaitTimeSeconds } = validate(shape, input);
  const { record, sub } = registry.find(Id);
  await registry.wait(record, WaitTimeSeconds, request.signal);
  const { submission } = record;
  return {
    Id,
    ...describe(sub ?? record),
    QueryString: sub?.sql ?? (submission.isBatch ? undefined : submission.sqls[0]),
    QueryParameters: submission.parameters.length === 0 ? undefined : submission.parameters,
    Database: submission.database,
    DbUser: databaseUser(submission),
    SecretArn: submission.secretArn,
    WorkgroupName: submission.workgroupName,
    RedshiftPid: isFinal(record.status) || record.status === 'STARTED' ? record.pid : 0,
    ResultFormat: 'JSON',
    ...(submission.isBatch && sub === undefined
      ? { ExecutionMode: 'TRANSACTION', SubStatements: subStatements(record) }
      : {}),
  };
};

function subStatements(record: StatementRecord): object[] {
  return record.subStatements.map((sub, index) => ({
    Id: `${record.id}:${index + 1}`,
    ...describe(sub),
    QueryString: sub.sql,
  }));
}

function describe(progress: Progress): object {
  return {
    Status: progress.status,
    Error: progress.error,
    CreatedAt: seconds(progress.createdAt),
    UpdatedAt: seconds(progress.updatedAt),
    Duration: progress.duration,
    HasResultSet: progress.hasResultSet,
    ResultRows: progress.resultRows,
    ResultSize: progress.resultSize,
    RedshiftQueryId: progress.queryId,
  };
}

import { RUNBOOK } from '../core/runbook';
import type { Handler } from '../functions/shared/handler';
import type { TwinDescription } from '../local/description';

/**
 * Runs the handlers of functions/ in this process, with the environment variables that Lambda gives them. They call
 * the twin.
 * @param packageDirectory the folder that holds `datasets/` and `sql/`.
 */
export function useHandlers(
  { env, stage, bucket, workgroup, database, secret, statements_role_arn }: TwinDescription,
  packageDirectory: string,
): void {
  Object.assign(process.env, env, {
    LAKE_BUCKET: bucket,
    WORKGROUP_NAME: workgroup,
    DATABASE_NAME: database,
    COPY_ROLE_ARN: 'arn:aws:iam::000000000000:role/sluice-local-copy',
    STATEMENTS_ROLE_ARN: statements_role_arn,
    SECRET_ARN: secret ?? '',
    STAGE: stage,
    RUNBOOK,
    LAMBDA_TASK_ROOT: packageDirectory,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
}

/**
 * @param step the function's file name without its extension.
 * @param seconds until Lambda would end the invocation. Default: it does not.
 */
export async function callHandler<Result>(step: string, event: unknown, seconds?: number): Promise<Result> {
  const { handler } = (await import(`../functions/${step}`)) as { handler: Handler<unknown, Result> };
  return handler(
    event,
    seconds === undefined ? undefined : { getRemainingTimeInMillis: () => seconds * 1_000 },
  );
}

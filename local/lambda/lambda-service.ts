import type { RestJsonService } from '../http/rest-json';
import type { WorkerLambdaRuntime } from './worker-lambda-runtime';

/** The quotas of Lambda that no account has otherwise, in bytes. Source: AWS Lambda Developer Guide, "Lambda quotas". */
const CODE_LIMITS = {
  TotalCodeSize: 75 * 1024 ** 3,
  CodeSizeUnzipped: 250 * 1024 ** 2,
  CodeSizeZipped: 50 * 1024 ** 2,
} as const;

/** What the API of Lambda tells of the account. The stack deploys functions, and services of the twin invoke them. */
export class LambdaService implements RestJsonService {
  readonly name = 'lambda';

  constructor(private readonly runtime: WorkerLambdaRuntime) {}

  operationOf(method: string, path: string): string | undefined {
    return method === 'GET' && /^\/2016-08-19\/account-settings\/?$/.test(path)
      ? 'GetAccountSettings'
      : undefined;
  }

  /** https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
  call(): Promise<unknown> {
    const { concurrency, unreserved, functions } = this.runtime.account();
    return Promise.resolve({
      AccountLimit: {
        ...CODE_LIMITS,
        ConcurrentExecutions: concurrency,
        UnreservedConcurrentExecutions: unreserved,
      },
      AccountUsage: { FunctionCount: functions },
    });
  }
}

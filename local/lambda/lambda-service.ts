import type { RestJsonService } from '../http/rest-json';
import { ServiceError } from '../service-error';
import type { WorkerLambdaRuntime } from './worker-lambda-runtime';

/** The quotas of Lambda that no account has otherwise, in bytes. Source: AWS Lambda Developer Guide, "Lambda quotas". */
const CODE_LIMITS = {
  TotalCodeSize: 75 * 1024 ** 3,
  CodeSizeUnzipped: 250 * 1024 ** 2,
  CodeSizeZipped: 50 * 1024 ** 2,
} as const;

const CONFIGURATION = /^\/2015-03-31\/functions\/([\w-]+)\/configuration\/?$/;

/**
 * What the API of Lambda tells of the account and its functions. The stack deploys functions, and services of the twin
 * invoke them.
 */
export class LambdaService implements RestJsonService {
  readonly name = 'lambda';

  constructor(private readonly runtime: WorkerLambdaRuntime) {}

  operationOf(method: string, path: string): string | undefined {
    if (method !== 'GET') return undefined;
    if (CONFIGURATION.test(path)) return 'GetFunctionConfiguration';
    return /^\/2016-08-19\/account-settings\/?$/.test(path) ? 'GetAccountSettings' : undefined;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- callers expect a rejection, not a throw
  async call(operation: string, path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    const [unknown] = Object.keys(query);
    if (unknown !== undefined) {
      throw new ServiceError('InvalidParameterValueException', `The local twin has no parameter ${unknown}`);
    }
    return operation === 'GetFunctionConfiguration'
      ? this.configurationOf(CONFIGURATION.exec(path)?.[1] ?? '')
      : this.accountSettings();
  }

  /** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html */
  private configurationOf(name: string): object {
    const found = this.runtime.functionOf(name);
    if (!found) throw new ServiceError('ResourceNotFoundException', `Function not found: ${name}`, 404);
    return {
      FunctionName: found.name,
      FunctionArn: found.arn,
      Handler: found.handler,
      Runtime: found.runtime,
      Role: found.roleArn,
      MemorySize: found.memoryMB,
      Timeout: found.timeoutSeconds,
    };
  }

  /** https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
  private accountSettings(): object {
    const { concurrency, unreserved, functions } = this.runtime.account();
    return {
      AccountLimit: {
        ...CODE_LIMITS,
        ConcurrentExecutions: concurrency,
        UnreservedConcurrentExecutions: unreserved,
      },
      AccountUsage: { FunctionCount: functions },
    };
  }
}

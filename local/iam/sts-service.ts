import { z } from 'zod';
import type { AwsQueryService } from '../http/aws-query';
import { parseQueryForm, renderQueryError, renderQueryResult, type QueryDialect } from '../http/query-form';
import { ServiceError } from '../services';
import type { Account, Principal } from './account';

const DIALECT: QueryDialect = {
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  version: '2011-06-15',
};

const assumeRole = z.strictObject({
  RoleArn: z.string(),
  RoleSessionName: z.string().regex(/^[\w+=,.@-]{2,64}$/),
  DurationSeconds: z.coerce.number().int().min(900).max(43_200).default(3_600),
});

/** AWS STS: who calls, and roles taken on. https://docs.aws.amazon.com/STS/latest/APIReference/ */
export class StsService implements AwsQueryService {
  readonly name = 'sts';
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  parse(body: string) {
    return parseQueryForm(body, DIALECT);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a refusal has to be a rejection
  async call(operation: string, input: unknown, principal: Principal): Promise<unknown> {
    switch (operation) {
      case 'GetCallerIdentity':
        return { Arn: principal.arn, UserId: principal.userId, Account: this.#account.id };
      case 'AssumeRole': {
        const parsed = assumeRole.safeParse(input);
        if (!parsed.success) throw new ServiceError('ValidationError', parsed.error.issues[0]?.message ?? '');
        const { RoleArn, RoleSessionName, DurationSeconds } = parsed.data;
        const session = this.#account.assumeRole(principal, RoleArn, RoleSessionName);
        return {
          AssumedRoleUser: { Arn: session.arn, AssumedRoleId: session.userId },
          Credentials: {
            AccessKeyId: session.accessKeyId,
            SecretAccessKey: session.secretAccessKey,
            SessionToken: session.sessionToken,
            Expiration: new Date(Date.now() + DurationSeconds * 1_000),
          },
        };
      }
      default:
        throw new ServiceError('InvalidAction', `The twin has no operation ${operation} of STS`);
    }
  }

  render(operation: string, result: unknown, requestId: string): string {
    return renderQueryResult(DIALECT, operation, result, requestId);
  }

  renderError(error: ServiceError, requestId: string): string {
    return renderQueryError(DIALECT, error, requestId);
  }
}

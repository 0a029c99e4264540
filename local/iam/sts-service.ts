import * as z from 'zod';
import { QueryService } from '../http/query-service';
import { checkMembers } from '../http/validation';
import { ServiceError } from '../service-error';
import type { Account } from './account';
import type { Principal } from './principal';

const assumeRole = z.strictObject({
  RoleArn: z.string(),
  RoleSessionName: z.string().regex(/^[\w+=,.@-]{2,64}$/),
  DurationSeconds: z.coerce.number().int().min(900).max(43_200).default(3_600),
});

/** AWS STS: the caller's identity, and AssumeRole. https://docs.aws.amazon.com/STS/latest/APIReference/ */
export class StsService extends QueryService {
  readonly name = 'sts';

  constructor(private readonly account: Account) {
    super({ namespace: 'https://sts.amazonaws.com/doc/2011-06-15/', version: '2011-06-15' });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- callers expect a rejection, not a throw
  async call(operation: string, input: unknown, caller: Principal | undefined): Promise<unknown> {
    const principal = caller ?? this.account.principalOf(undefined);
    switch (operation) {
      case 'GetCallerIdentity':
        return { Arn: principal.arn, UserId: principal.userId, Account: this.account.id };
      case 'AssumeRole': {
        const { RoleArn, RoleSessionName, DurationSeconds } = checkMembers(
          assumeRole,
          input,
          'ValidationError',
        );
        const session = this.account.assumeRole(principal, RoleArn, RoleSessionName);
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
}

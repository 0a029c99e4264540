import { objectArn } from '../../core/arn';
import { ServiceError } from '../service-error';
import type { ServiceName } from '../service-name';
import type { Account } from './account';
import type { Require } from './as-role';
import type { Permission } from './evaluate';
import { permissionsOf, type Surroundings } from './permissions';
import type { Principal } from './principal';

/** Source: Amazon Redshift Management Guide, "Authorizing Amazon Redshift to access AWS services". */
const REDSHIFT = ['redshift-serverless.amazonaws.com', 'redshift.amazonaws.com'] as const;

/** Decides whether a caller may make a call. */
export class Authorizer {
  constructor(
    private readonly account: Account,
    private readonly surroundings: Omit<Surroundings, 'caller'>,
  ) {}

  principalOf(accessKeyId: string | undefined): Principal {
    return this.account.principalOf(accessKeyId);
  }

  /** @throws ServiceError AccessDenied with the service's own code */
  authorize(principal: Principal, service: ServiceName, operation: string, input: unknown): void {
    const permissions = permissionsOf(service, operation, input, {
      ...this.surroundings,
      caller: principal.userId,
    });
    if (permissions === undefined) {
      if (principal.role === undefined) return;
      throw denied(service, principal, { action: `${service}:${operation}`, resource: '*' });
    }
    for (const permission of permissions) this.require(principal, service, permission);
  }

  /** @throws ServiceError AccessDenied */
  require(principal: Principal, service: ServiceName, permission: Permission): void {
    for (const needed of this.account.needed(permission)) {
      const decision = this.account.decide(principal, needed);
      if (decision !== 'allowed') throw denied(service, principal, needed);
    }
  }

  /** Checks the calls that a service makes with a role. @throws ServiceError AccessDenied */
  asRole(roleArn: string, trusted: string, service: ServiceName): Require {
    const principal = this.account.serviceSession(roleArn, trusted, service);
    return (permission) => this.require(principal, service, permission);
  }

  /** Whether Redshift Serverless may assume a role: it must trust both services. Roles outside the stack count as trusting. */
  mayAssume(roleArn: string): boolean {
    const role = this.account.roleOfArn(roleArn);
    return role === undefined || REDSHIFT.every((service) => this.account.trusts(role, service));
  }

  /** Whether COPY may read an object with a role, by a URL that is valid for an hour. Roles outside the stack may. */
  mayCopy(roleArn: string, bucket: string, key: string): boolean {
    if (this.account.roleOfArn(roleArn) === undefined) return true;
    const principal = this.account.serviceSession(roleArn, REDSHIFT[0], 'copy');
    const permission = {
      action: 's3:GetObject',
      resource: objectArn(bucket, key),
      context: { 's3:signatureAge': '3600000' },
    };
    return this.account.needed(permission).every((each) => this.may(principal, each));
  }

  may(principal: Principal | undefined, permission: Permission): boolean {
    return principal === undefined || this.account.decide(principal, permission) === 'allowed';
  }
}

/** S3 and the Query services answer 403, JSON services 400. */
function denied(service: ServiceName, { arn }: Principal, { action, resource }: Permission): ServiceError {
  const message = `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
  const code =
    { s3: 'AccessDenied', sts: 'AccessDenied', sns: 'AuthorizationErrorException' }[service as string] ??
    'AccessDeniedException';
  return new ServiceError(code, message, ['s3', 'sts', 'sns'].includes(service) ? 403 : 400);
}

import { createHash, randomBytes } from 'node:crypto';
import { bucketOf, isArn } from '../../core/arn';
import { ServiceError } from '../service-error';
import { evaluate, type Decision, type Permission } from './evaluate';
import type { PolicyDocument, PolicyStatement } from './policy-document';
import type { Principal, Role, TemporaryCredentials } from './principal';

/**
 * The identities of the twin's one account, and what they may do: IAM and STS without their protocols. Signatures are not
 * verified; an access key says who calls.
 */
export class Account {
  private readonly roles = new Map<string, Role>();
  private readonly sessions = new Map<string, Principal>();
  /** Policies of buckets, by name. */
  readonly bucketPolicies = new Map<string, PolicyDocument>();
  /** The KMS keys that buckets are encrypted with, by the buckets' names. */
  readonly bucketKeys = new Map<string, string>();

  constructor(
    readonly id: string,
    readonly region: string,
    roles: readonly Role[],
  ) {
    for (const role of roles) this.roles.set(role.name, role);
  }

  role(name: string): Role | undefined {
    return this.roles.get(name);
  }

  roleOfArn(arn: string): Role | undefined {
    return [...this.roles.values()].find((role) => role.arn === arn);
  }

  /** The owner of an access key: of a session, else the account's root, as whom every key of a user's counts. */
  principalOf(accessKeyId: string | undefined): Principal {
    const session = accessKeyId === undefined ? undefined : this.sessions.get(accessKeyId);
    return session ?? { arn: `arn:aws:iam::${this.id}:root`, userId: this.id };
  }

  /**
   * What a service gives who runs with a role: the same access key at every start, so that a process that outlives the
   * twin's is still known.
   * @param service which has to be trusted by the role: `lambda.amazonaws.com`.
   * @throws ServiceError AccessDenied
   */
  serviceSession(roleArn: string, service: string, session: string): Principal & TemporaryCredentials {
    const role = this.roleOfArn(roleArn);
    if (!role || !this.trusts(role, service)) {
      throw new ServiceError('AccessDenied', `${service} is unable to assume the role ${roleArn}`, 403);
    }
    const accessKeyId = `ASIA${digest(`${roleArn}/${session}`)}`;
    return this.open(role, session, accessKeyId);
  }

  /** Whether a service that acts for this account may take a role on. */
  trusts(role: Role, service: string): boolean {
    return isTrusted(role, ({ Principal: who }) => who?.Service.includes(service) ?? false, {
      'aws:SourceAccount': this.id,
    });
  }

  /** AssumeRole. @throws ServiceError AccessDenied */
  assumeRole(caller: Principal, roleArn: string, session: string): Principal & TemporaryCredentials {
    const role = this.roleOfArn(roleArn);
    const isAllowed = this.decide(caller, { action: 'sts:AssumeRole', resource: roleArn }) === 'allowed';
    const root = `arn:aws:iam::${this.id}:root`;
    // A trust in the account is a trust in whoever of it may by an own policy.
    const trusts =
      role &&
      isTrusted(role, ({ Principal: who }) =>
        [root, ...(caller.role ? [caller.role.arn] : [])].some((arn) => who?.AWS.includes(arn)),
      );
    if (!isAllowed || !trusts) {
      throw new ServiceError(
        'AccessDenied',
        `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
        403,
      );
    }
    return this.open(role, session, `ASIA${randomBytes(8).toString('hex').toUpperCase()}`);
  }

  /** Whether a caller's own policies allow a call, and the bucket's does not deny it. */
  decide(caller: Principal, permission: Permission): Decision {
    // The twin speaks plain HTTP on loopback, where everybody else speaks TLS.
    const context = {
      'aws:userid': caller.userId,
      'aws:SecureTransport': 'true',
      's3:signatureAge': '0',
      ...permission.context,
    };
    const call = { ...permission, context };
    if (this.bucketDecision(caller, call) === 'explicitDeny') return 'explicitDeny';
    return caller.role === undefined ? 'allowed' : this.decideByRole(caller.role, call);
  }

  /**
   * A call, and what is done for it with the key that its bucket is encrypted with. Every object counts as encrypted with
   * it, also one that was there before.
   */
  needed(permission: Permission): readonly Permission[] {
    const key = this.bucketKeys.get(bucketOf(permission.resource) ?? '');
    const action = { 's3:GetObject': 'kms:Decrypt', 's3:PutObject': 'kms:GenerateDataKey' }[
      permission.action
    ];
    if (key === undefined || action === undefined) return [permission];
    const resource = isArn(key) ? key : `arn:aws:kms:${this.region}:${this.id}:key/${key}`;
    return [permission, { action, resource }];
  }

  /** What a role's own policies say, whatever else does. */
  decideByRole(role: Role, permission: Permission): Decision {
    return evaluate([...role.policies.values()], permission);
  }

  private bucketDecision(caller: Principal, call: Permission): Decision {
    const document = this.bucketPolicies.get(bucketOf(call.resource) ?? '');
    if (document === undefined) return 'implicitDeny';
    const names = ['*', caller.arn, `arn:aws:iam::${this.id}:root`, caller.role?.arn];
    return evaluate([document], call, ({ Principal: who }) =>
      names.some((name) => who?.AWS.includes(name ?? '')),
    );
  }

  private open(role: Role, session: string, accessKeyId: string): Principal & TemporaryCredentials {
    const principal: Principal = {
      arn: `arn:aws:sts::${this.id}:assumed-role/${role.name}/${session}`,
      userId: `${roleId(role)}:${session}`,
      role,
    };
    this.sessions.set(accessKeyId, principal);
    return { ...principal, accessKeyId, secretAccessKey: digest(accessKeyId), sessionToken: 'local' };
  }
}

function isTrusted(
  { trust }: Role,
  isFor: (statement: PolicyStatement) => boolean,
  context: Readonly<Record<string, string>> = {},
): boolean {
  return evaluate([trust], { action: 'sts:AssumeRole', resource: '*', context }, isFor) === 'allowed';
}

/** `AROA…`: what IAM knows a role by, whatever it is called. */
export function roleId({ name }: Role): string {
  return `AROA${digest(name)}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16).toUpperCase();
}

import { createHash, randomBytes } from 'node:crypto';
import { bucketOf, isArn } from '../../core/arn';
import { ServiceError } from '../service-error';
import { evaluate, type Decision, type Permission } from './evaluate';
import type { PolicyDocument, PolicyStatement } from './policy-document';
import type { Principal, Role, TemporaryCredentials } from './principal';

/**
 * The identities of the twin's one account and their permissions: IAM and STS without their protocols. Signatures are not
 * verified. The access key identifies the caller.
 */
export class Account {
  private readonly roles = new Map<string, Role>();
  private readonly sessions = new Map<string, Principal>();
  /** Bucket policies, by bucket. */
  readonly bucketPolicies = new Map<string, PolicyDocument>();
  /** KMS keys of encrypted buckets, by bucket. */
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

  /** The owner of an access key: its session, or the account's root for any other key. */
  principalOf(accessKeyId: string | undefined): Principal {
    const session = accessKeyId === undefined ? undefined : this.sessions.get(accessKeyId);
    return session ?? { arn: `arn:aws:iam::${this.id}:root`, userId: this.id };
  }

  /**
   * The session of a service that assumes a role. Its access key is the same at every start, so that a process that
   * outlives the twin stays known.
   * @param service the service principal that the role must trust: `lambda.amazonaws.com`.
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

  /** Whether a service that acts for this account may assume a role. */
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
    // A role that trusts the account trusts every principal whose own policy allows sts:AssumeRole.
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

  /** Decides a call by the caller's own policies and the bucket's Deny statements. */
  decide(caller: Principal, permission: Permission): Decision {
    // The twin speaks plain HTTP on loopback. AWS would see TLS.
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
   * The permissions that a call needs: its own, and the use of the key that encrypts its bucket. Every object counts as
   * encrypted with the bucket's current key, also older ones.
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

  /** Decides by a role's own policies alone. */
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

/** IAM's id of a role: `AROA…` */
export function roleId({ name }: Role): string {
  return `AROA${digest(name)}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16).toUpperCase();
}

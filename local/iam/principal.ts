import type { PolicyDocument } from './policy-document';

/** A role and its policies. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  /** Who may assume the role. */
  trust: PolicyDocument;
  /** Inline policies, by name. */
  readonly policies: Map<string, PolicyDocument>;
}

/** Who makes a call. */
export interface Principal {
  /** `arn:aws:sts::000000000000:assumed-role/sluice-local-copy/sluice`, or the account's root. */
  readonly arn: string;
  /** `aws:userid`: `AROA…:session` */
  readonly userId: string;
  /** Undefined for the account's root, who may do everything. */
  readonly role?: Role;
}

/** A principal's temporary credentials. */
export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

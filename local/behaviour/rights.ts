import { bucketArn } from '../../core/arn';
import { MAPPED_OPERATIONS, permissionsOf, type Surroundings } from '../iam/permissions';
import type { ServiceName } from '../service-name';
import { proven, type Known } from './outcome';

/** The right that a call needs. local/iam/permissions.ts owns the rights. */
export interface Right extends Known {
  readonly service: ServiceName;
  readonly operation: string;
  /** What the call is about: the members that decide its rights. */
  readonly input: object;
  readonly action: string;
}

const [BUCKET, ACCOUNT] = ['lake', '000000000000'];

/** The owner of every statement here is the caller, and every object but one is there. */
export const SURROUNDINGS: Omit<Surroundings, 'caller'> = {
  workgroupArn: `arn:aws:redshift-serverless:us-east-1:${ACCOUNT}:workgroup/sluice`,
  isThere: (_, key) => key !== 'gone',
  ownerOf: () => 'owner',
};

const INPUT = {
  ...{ bucket: BUCKET, key: 'trips/a', prefix: 'trips/', Id: 'statement' },
  executionArn: `arn:aws:states:us-east-1:${ACCOUNT}:execution:load:a`,
  stateMachineArn: `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:load`,
  TopicArn: `arn:aws:sns:us-east-1:${ACCOUNT}:failures`,
};
/** With a missing key, and with a secret in place of the role's own database user. */
const INPUTS = [INPUT, { ...INPUT, key: 'gone' }, { ...INPUT, SecretArn: 'warehouse' }];

const REFERENCE = proven('AWS Service Authorization Reference');

/** Every right of every call, once. AssumeRole and DeleteObjects decide by themselves, see tests/system/rights.test.ts. */
export const RIGHTS: readonly Right[] = MAPPED_OPERATIONS.flatMap(({ service, operation }) => {
  const found = new Map<string, Right>();
  for (const input of INPUTS) {
    const permissions = permissionsOf(service, operation, input, { ...SURROUNDINGS, caller: 'owner' }) ?? [];
    for (const { action } of permissions) {
      if (!found.has(action)) found.set(action, { service, operation, input, action, ...REFERENCE });
    }
  }
  return [...found.values()];
});

/** A bucket with a key needs more: the rights by the action that they belong to. */
export const KEY_RIGHTS = { 's3:GetObject': 'kms:Decrypt', 's3:PutObject': 'kms:GenerateDataKey' } as const;
export const LAKE = bucketArn(BUCKET);

import { bucketOf } from '../../../core/arn';
import { KEY_RIGHTS, LAKE, RIGHTS, SURROUNDINGS, type Right } from '../../../local/behaviour/rights';
import { Account } from '../../../local/iam/account';
import { Authorizer } from '../../../local/iam/authorizer';
import { permissionsOf } from '../../../local/iam/permissions';
import { policyDocument } from '../../../local/iam/policy-document';
import { ServiceError } from '../../../local/service-error';

const ACCOUNT = '000000000000';

/** Makes a call with a role of these actions alone. @returns the code of the refusal */
function called({ service, operation, input }: Right, actions: readonly string[], hasKey: boolean) {
  const document = (statement: object) =>
    policyDocument.parse({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
  const role = {
    name: 'reader',
    arn: `arn:aws:iam::${ACCOUNT}:role/reader`,
    trust: document({ Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }),
    policies: new Map(actions.length > 0 ? [['all', document({ Action: actions, Resource: '*' })]] : []),
  };
  const account = new Account(ACCOUNT, 'us-east-1', [role]);
  if (hasKey) account.bucketKeys.set(bucketOf(LAKE)!, 'key');
  const session = account.serviceSession(role.arn, 'lambda.amazonaws.com', 'reader');
  try {
    new Authorizer(account, SURROUNDINGS).authorize(session, service, operation, input);
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const needed = ({ service, operation, input }: Right) =>
  permissionsOf(service, operation, input, { ...SURROUNDINGS, caller: 'owner' })!.map(({ action }) => action);

test.each(RIGHTS.map((right) => [`${right.service} ${right.operation}`, right.action, right] as const))(
  '%s is refused without %s alone, and by its name',
  (_, action, right) => {
    const all = needed(right);
    expect(called(right, all, false)).toBeUndefined();
    const others = all.filter((each) => each !== action);
    const refusal = called(right, others, false);
    expect(refusal).toMatch(/^(AccessDenied|AccessDeniedException|AuthorizationErrorException): /);
    expect(refusal).toContain(`is not authorized to perform: ${action} on resource: `);
  },
);

test.each(
  RIGHTS.filter(({ action }) => action in KEY_RIGHTS).map((right) => [right.operation, right] as const),
)('%s of an encrypted bucket also needs the use of its key', (_, right) => {
  const key = KEY_RIGHTS[right.action as keyof typeof KEY_RIGHTS];
  const all = needed(right);
  expect(called(right, all, true)).toContain(`is not authorized to perform: ${key}`);
  expect(called(right, [...all, key], true)).toBeUndefined();
});

test('there are rights for S3, the Data API, Redshift Serverless, Step Functions and SNS', () => {
  expect([...new Set(RIGHTS.map(({ service }) => service))].sort()).toEqual([
    'redshift-data',
    'redshift-serverless',
    's3',
    'sns',
    'step-functions',
  ]);
});

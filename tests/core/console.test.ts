import { consoleOf, consoleOfArn, NO_ACCOUNT } from '../../core/console';

const ARN = 'arn:aws:states:eu-west-1:123456789012:execution:sluice-dev-load:trips-new-1';

test('the pages of an execution, of a state machine and of a prefix', () => {
  const console = consoleOfArn(ARN);
  expect(console?.executionPage(ARN)).toBe(
    `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${ARN}`,
  );
  expect(console?.stateMachinePage('arn:m')).toBe(
    'https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/statemachines/view/arn:m',
  );
  const page = console?.prefixPage('lake', 'trips/year=2026/über & mehr/');
  expect(page).toBe(
    'https://eu-west-1.console.aws.amazon.com/s3/buckets/lake?region=eu-west-1&prefix=trips/year%3D2026/%C3%BCber%20%26%20mehr/',
  );
  expect(new URL(page ?? '').searchParams.get('prefix')).toBe('trips/year=2026/über & mehr/');
});

test.each([
  ['aws-cn', 'cn-north-1', 'cn-north-1.console.amazonaws.cn'],
  ['aws-us-gov', 'us-gov-west-1', 'us-gov-west-1.console.amazonaws-us-gov.com'],
])('partition %s has a console of its own', (partition, region, host) => {
  const arn = `arn:${partition}:states:${region}:123456789012:execution:x:y`;
  expect(new URL(consoleOfArn(arn)?.executionPage(arn) ?? '').host).toBe(host);
});

test('there is none for the twin, for another partition and for what is no ARN', () => {
  expect(consoleOfArn(ARN.replace('123456789012', NO_ACCOUNT))).toBeUndefined();
  expect(consoleOf('aws-iso', 'us-iso-east-1')).toBeUndefined();
  expect(consoleOfArn('x')).toBeUndefined();
});

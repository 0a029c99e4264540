import { checkSubnets, type Subnet } from '../../resources/subnets';

const subnet = (id: string, changes: Partial<Subnet> = {}): Subnet => ({
  id: `subnet-${id}`,
  vpc: 'vpc-1',
  zone: 'us-east-1a',
  freeAddresses: 251,
  ...changes,
});
const ASKED = ['subnet-a', 'subnet-b'];
const check = (found: readonly Subnet[], asked = ASKED) => checkSubnets(asked, found, 'us-east-1');

const THREE = [subnet('a'), subnet('b', { zone: 'us-east-1b' }), subnet('c', { zone: 'us-east-1c' })];

test('three subnets of one VPC in three zones are enough', () => {
  expect(check(THREE)).toEqual({ warnings: [] });
  expect(check(THREE, [])).toEqual({ warnings: [] });
});

test.each([
  ['two subnets in two zones', THREE.slice(0, 2), '2 subnets in 2 Availability Zones'],
  ['three subnets in two zones', [...THREE.slice(0, 2), subnet('c')], '3 subnets in 2 Availability Zones'],
])('%s are enough today, and were not until 2025: a warning', (_, found, words) => {
  const { refused, warnings } = check(found);
  expect(refused).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining(`subnetIds: ${words} are enough`)]);
});

test.each<[string, readonly string[], readonly Subnet[], string]>([
  [
    'one zone',
    ASKED,
    [subnet('a'), subnet('b')],
    'subnetIds: the new workgroup needs subnets in 2 Availability Zones: subnet-a is in us-east-1a, subnet-b is in us-east-1a.\nFix: Name subnets of one VPC in 2 or more Availability Zones: --param subnetIds=',
  ],
  [
    'two VPCs',
    ASKED,
    [subnet('a'), subnet('b', { zone: 'us-east-1b', vpc: 'vpc-2' })],
    'subnetIds: they are in several VPCs: subnet-a in vpc-1, subnet-b in vpc-2.\nFix: ',
  ],
  [
    'a default VPC in one zone',
    [],
    [subnet('a')],
    'the default VPC in us-east-1: the new workgroup needs subnets in 2 Availability Zones',
  ],
  ['no default VPC', [], [], 'the default VPC in us-east-1: there is none'],
])('%s is refused, with the place and the fix', (_, asked, found, words) => {
  const { refused } = check(found, [...asked]);
  expect(refused).toContain(words);
  expect(refused).toContain('\nFix: ');
});

test('few free addresses are a warning: a workgroup that is there already uses some', () => {
  const [, second, third] = THREE;
  expect(check([subnet('a', { freeAddresses: 2 }), { ...second!, freeAddresses: 3 }, third!])).toEqual({
    warnings: [
      'subnetIds: a new workgroup needs 3 free addresses in each subnet: subnet-a has 2. If its creation fails, name other subnets.',
    ],
  });
});

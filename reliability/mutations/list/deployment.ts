import { mutation, type Mutation } from '../mutation';

const POLICY = 'docs/deployer-policy.json';
const DATA_POLICY = 'docs/deployer-data-policy.json';
const POLICY_TEST = 'tests/slow/nightly/deployer-policy.test.ts';
const GUARD_TEST = 'tests/slow/nightly/deploy-guard.test.ts';
const DOCTOR_TEST = 'tests/slow/nightly/doctor-parameters.test.ts';

/** Mistakes in what a first deployment meets: subnets, the rights of whoever deploys, bounds on cost, quotas. */
export const DEPLOYMENT: readonly Mutation[] = [
  mutation(
    'two subnets of one zone are enough',
    'CloudFormation makes everything, and undoes it when Redshift refuses the workgroup.',
    'resources/subnets.ts',
    'const zones = new Set(found.map(({ zone }) => zone)).size;',
    'const zones = new Set(found.map(({ id }) => id)).size;',
    { file: 'tests/resources/subnets.test.ts', test: 'one zone is refused' },
  ),
  mutation(
    'the subnets of a workgroup that is there are refused',
    'Nothing can be deployed until somebody mends subnets that are in use.',
    'resources/deploy-guard.cjs',
    '/^(CREATE_FAILED|DELETE_COMPLETE|DELETE_SKIPPED)$/',
    '/^(CREATE_FAILED|.*_COMPLETE)$/',
    { file: GUARD_TEST, test: 'in one zone are a warning if the workgroup is there' },
  ),
  mutation(
    'the deployer may change any warehouse that has the tag',
    'A mistake deletes the warehouse of somebody else.',
    DATA_POLICY,
    '"aws:ResourceTag/stack": "sluice-*"',
    '"aws:ResourceTag/stack": "*"',
    { file: POLICY_TEST, test: 'nothing that belongs to others' },
  ),
  mutation(
    'the warehouse has no tag',
    'The deployer may not make it.',
    'resources/warehouse.ts',
    "Tags: [{ Key: 'stack', Value: name }]",
    'Tags: []',
    { file: POLICY_TEST, test: 'allows a deployment of one dataset' },
  ),
  mutation(
    'the deployer may not write packages if the stage’s name is long',
    'The first deployment of such a stage fails when it uploads.',
    POLICY,
    'sluice-*-serverlessdeploymentbuck*-*/*',
    'sluice-*-serverlessdeploymentbucket-*/*',
    { file: POLICY_TEST, test: 'allows a deployment of one dataset' },
  ),
  mutation(
    'the deployer may do more than it needs',
    'A wildcard reaches what nobody has thought of.',
    POLICY,
    '"lambda:GetFunction",',
    '"lambda:Get*",',
    { file: POLICY_TEST, test: 'names every action' },
  ),
  mutation(
    'the template does not bound the capacity',
    'A query that joins everything with everything costs a fortune.',
    'resources/warehouse.ts',
    '        MaxCapacity: settings.maxCapacity,\n',
    '',
    { file: 'tests/slow/nightly/deployments.test.ts', test: 'the warehouse is private' },
  ),
  mutation(
    'doctor does not count the transforms',
    'An account that is too small passes, and events go to the error prefix.',
    'cli/doctor/concurrency.ts',
    'loads + transforms <= allowed',
    'loads <= allowed',
    { file: DOCTOR_TEST, test: 'an account with fewer executions of Lambda' },
  ),
  mutation(
    'doctor accepts a higher usage limit',
    'The bound that the parameters ask for does not hold.',
    'cli/doctor/usage-limit.ts',
    'found.amount !== amount',
    '(found.amount ?? 0) < amount',
    { file: DOCTOR_TEST, test: 'a usage limit that is missing or another one' },
  ),
];

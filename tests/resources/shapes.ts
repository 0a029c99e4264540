import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageService } from '../../local/stack';
import { PACKAGES_DIRECTORY } from '../../testkit/packages';
import { ServiceCopy } from '../../testkit/service-copy';
import type { Template } from '../../testkit/template-check';

const dataset = (name: string, source = '', load = '') => `
dataset: ${name}
source:
  prefix: ${name}/{yyyy}/{MM}/{dd}/{HH}/
${source}target:
  table: ${name}
  key: [id]
  event_time: at
columns:
  - { name: id, type: bigint, required: true }
  - { name: at, type: timestamp, required: true }
${load}`;

interface Shape {
  readonly datasets: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
}

const WAREHOUSE = {
  workgroup: 'analytics',
  workgroupArn:
    'arn:aws:redshift-serverless:us-east-1:123456789012:workgroup/5a0f3f2e-1111-2222-3333-444455556666',
  database: 'dwh',
};

/** The deployments that people make: each part new or existing. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  'one dataset': { datasets: {}, params: {} },
  'three datasets': {
    datasets: {
      'page_views.yml': dataset('page_views', '  settle_minutes: 3\n'),
      'readings.yml': dataset('readings', '  settle_minutes: 90\n', 'load: { every_hours: 5 }\n'),
    },
    params: {
      email: 'on-call@example.com',
      subnetIds: 'subnet-0a1b2c3d, subnet-1a1b2c3d,subnet-2a1b2c3d',
      baseCapacity: '16',
      maxCapacity: '64',
      usageLimit: '20/day',
    },
  },
  'an existing bucket': {
    datasets: {},
    params: {
      lakeBucket: 'my-lake',
      lakeKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555',
    },
  },
  'an existing warehouse with a secret': {
    datasets: {},
    params: {
      ...WAREHOUSE,
      copyRoleArn: 'arn:aws:iam::123456789012:role/copy',
      secretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:loader-AbCdEf',
      secretKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/secret',
      operatorArns: 'arn:aws:iam::123456789012:role/on-call',
      topicArn: 'arn:aws:sns:us-east-1:123456789012:on-call',
    },
  },
  'an existing warehouse, and files that somebody else writes': {
    datasets: { 'trips.yml': dataset('trips', '  stream: external\n') },
    params: WAREHOUSE,
  },
};

export interface Packaged {
  readonly service: ServiceCopy;
  readonly directory: string;
  readonly template: Template;
}

/** Packages every shape for the stage dev. @param copies receives the services, to be removed. */
export async function packageShapes(copies: ServiceCopy[]): Promise<ReadonlyMap<string, Packaged>> {
  const packaged = new Map<string, Packaged>();
  await Promise.all(
    Object.entries(SHAPES).map(async ([name, { datasets, params }]) => {
      const service = await ServiceCopy.make(datasets);
      copies.push(service);
      const directory = await packageService({
        serviceDirectory: service.directory,
        packagesDirectory: PACKAGES_DIRECTORY,
        stage: 'dev',
        params,
      });
      const text = readFileSync(join(directory, 'cloudformation-template-update-stack.json'), 'utf8');
      packaged.set(name, { service, directory, template: JSON.parse(text) as Template });
    }),
  );
  return packaged;
}

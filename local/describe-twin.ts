import { resolve } from 'node:path';
import type { Dataset } from '../core/dataset';
import { streamOutput } from '../core/stack-outputs';
import { REGION, STAGE, type Deployment } from './deployment';
import type { TwinDescription } from './description';

/** Any credentials reach the twin: a key that belongs to no role is the account's root. */
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'sluice', AWS_SECRET_ACCESS_KEY: 'sluice' } as const;

/** Describes a running twin for its clients. */
export function describeTwin(
  { stack, environment }: Deployment,
  datasets: readonly Dataset[],
  stateDirectory: string,
  endpoint: string,
): TwinDescription {
  return {
    endpoint,
    state_directory: resolve(stateDirectory),
    stage: STAGE,
    region: REGION,
    bucket: environment.LAKE_BUCKET,
    stream: stack.streams[0]?.name ?? '',
    streams: Object.fromEntries(
      datasets.flatMap(({ name }) => {
        const stream = stack.outputs[streamOutput(name)]?.value;
        return stream === undefined ? [] : [[name, stream]];
      }),
    ),
    state_machine_arn: stack.stateMachines[0]?.arn ?? '',
    topic_arn: stack.topics[0]?.arn ?? '',
    statements_role_arn: environment.STATEMENTS_ROLE_ARN,
    secret: environment.SECRET_ARN || undefined,
    workgroup: environment.WORKGROUP_NAME,
    database: environment.DATABASE_NAME,
    env: { AWS_ENDPOINT_URL: endpoint, AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION, ...CREDENTIALS },
  };
}

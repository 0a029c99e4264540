import { join } from 'node:path';
import * as z from 'zod';
import { NO_ACCOUNT } from '../core/console';
import type { DeployedFunction } from './lambda/deployed-function';
import {
  packageService,
  readStack,
  unpackFunctions,
  withEarlierTopic,
  withEarlierWarehouse,
  type Stack,
} from './stack';

export const REGION = 'us-east-1';
export const ACCOUNT_ID = NO_ACCOUNT;
export const STAGE = 'local';

/** The variables that all packaged functions share: the resources of the deployment. */
const environmentSchema = z.object({
  LAKE_BUCKET: z.string(),
  WORKGROUP_NAME: z.string(),
  DATABASE_NAME: z.string(),
  STATEMENTS_ROLE_ARN: z.string(),
  SECRET_ARN: z.string(),
});

/** A packaged service, ready to be deployed to the twin. */
export interface Deployment {
  readonly packageDirectory: string;
  readonly stack: Stack;
  /** The functions with their unpacked code. */
  readonly functions: readonly DeployedFunction[];
  readonly environment: z.infer<typeof environmentSchema>;
}

interface DeploymentOptions {
  readonly serviceDirectory: string;
  readonly stateDirectory: string;
  readonly packagesDirectory?: string;
  readonly onProgress?: (text: string) => void;
}

/** Packages the service, unless a package of the same sources exists, and reads the package. @throws PackagingFailed, StackError */
export async function prepareDeployment(options: DeploymentOptions): Promise<Deployment> {
  const { serviceDirectory, stateDirectory, packagesDirectory, onProgress } = options;
  const packageDirectory = await packageService({
    serviceDirectory,
    packagesDirectory,
    stage: STAGE,
    onProgress,
  });
  const made = readStack(packageDirectory, {
    region: REGION,
    accountId: ACCOUNT_ID,
    stackName: `sluice-${STAGE}`,
  });
  const functions = await unpackFunctions(made, packageDirectory, join(stateDirectory, 'lambda', 'code'));
  const environment = environmentSchema.parse(made.functions[0]?.environment);
  const { WORKGROUP_NAME, DATABASE_NAME } = environment;
  const stack = withEarlierTopic(withEarlierWarehouse(made, WORKGROUP_NAME, DATABASE_NAME));
  return { packageDirectory, stack, functions, environment };
}

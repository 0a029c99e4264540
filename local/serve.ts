import * as z from 'zod';
import { objectArn } from '../core/arn';
import { CloudFormationService } from './cloudformation/cloudformation-service';
import { cloudWatchService } from './cloudwatch/cloudwatch-service';
import type { TwinDescription } from './description';
import { glueService } from './glue/glue-service';
import type { ControlRoutes } from './http/control';
import { TwinServer } from './http/twin-server';
import { IamService } from './iam/iam-service';
import { StsService } from './iam/sts-service';
import { LambdaService } from './lambda/lambda-service';
import { usageOf } from './metering/usage';
import { redshiftServerlessService } from './redshift-serverless/redshift-serverless-service';
import { s3Handler } from './s3/http-handler';
import { SchedulerService } from './scheduler/scheduler-service';
import type { Stack } from './stack';
import type { Services } from './start-services';

/**
 * The twin's server with all services of the stack.
 * @param describe returns the twin's description once it listens.
 * @param onUnexpected called with exceptions that are bugs in the twin.
 */
export function serverOf(
  services: Services,
  stack: Stack,
  describe: () => TwinDescription,
  onUnexpected: (error: unknown) => void,
): TwinServer {
  const { faults, account, authorizer, store, lambda, sns, redshiftData, firehose, stepFunctions } = services;
  return new TwinServer({
    json: [
      firehose,
      redshiftData,
      stepFunctions,
      glueService(stack),
      redshiftServerlessService(stack, services.iamRoles),
      cloudWatchService(stack, services.meter),
    ],
    query: [sns, new StsService(account), new IamService(account), new CloudFormationService(stack)],
    rest: [new SchedulerService(stack.schedules), new LambdaService(lambda)],
    s3: s3Handler(store, (principal) => ({
      mayDelete: (bucket, key) =>
        authorizer.may(principal, { action: 's3:DeleteObject', resource: objectArn(bucket, key) }),
      policies: account.bucketPolicies,
      keys: account.bucketKeys,
      owner: account.id,
    })),
    faults,
    identity: authorizer,
    callerOf: (traceId) => lambda.callerOf(traceId),
    control: controlRoutes(services, stack, describe),
    meter: services.meter,
    onUnexpected,
  });
}

const deliverInput = z.object({ stream: z.string() });
const usageInput = z.object({ since: z.iso.datetime().optional() });

function controlRoutes(
  { firehose, faults, sns, meter }: Services,
  stack: Stack,
  describe: () => TwinDescription,
): ControlRoutes {
  return {
    'GET /_sluice/twin': describe,
    'POST /_sluice/deliver': (input) => firehose.flush(deliverInput.parse(input).stream),
    'PUT /_sluice/faults': (input) => faults.set(input),
    'DELETE /_sluice/faults': () => faults.clear(),
    'GET /_sluice/notifications': () => sns.messages(),
    'GET /_sluice/usage': (input) => {
      const { since } = usageInput.parse(input);
      return usageOf(meter, stack, since === undefined ? undefined : new Date(since));
    },
  };
}

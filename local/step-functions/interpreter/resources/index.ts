import type { LambdaRuntime } from '../../../lambda/lambda-runtime';
import type { Integrations } from '../../integrations';
import type { TaskResource } from '../execution';
import { lambdaFunction } from './lambda-function';
import { lambdaInvoke, lambdaInvokeParameters } from './lambda-invoke';
import type { ParameterValues } from './parameter-values';
import { snsPublish, snsPublishParameters } from './sns-publish';

export interface Backends {
  readonly lambda: LambdaRuntime;
  readonly integrations: Integrations;
}

interface Integration {
  /** Parameter names. Creating a state machine refuses others. */
  readonly parameters: {
    readonly required: readonly string[];
    readonly optional: readonly string[];
    readonly values?: ParameterValues;
  };
  resource(backends: Backends): TaskResource;
}

/** The service integrations, by Resource. ARNs of Lambda functions are resources, too. */
export const integrations: Readonly<Record<string, Integration>> = {
  'arn:aws:states:::lambda:invoke': {
    parameters: lambdaInvokeParameters,
    resource: ({ lambda }) => lambdaInvoke(lambda),
  },
  'arn:aws:states:::sns:publish': {
    parameters: snsPublishParameters,
    resource: ({ integrations: services }) => snsPublish(services),
  },
};

const functionArn = /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;

export const isFunctionArn = (resource: string): boolean => functionArn.test(resource);

/** The task resource of a Resource. Creation has refused unknown ones. */
export function taskResource(resource: string, backends: Backends): TaskResource {
  const integration = integrations[resource];
  return integration ? integration.resource(backends) : lambdaFunction(resource, backends.lambda);
}

import type { LambdaRuntime } from '../../../lambda/lambda-runtime';
import type { Integrations } from '../../integrations';
import { lambdaFunction } from './lambda-function';
import { lambdaInvoke, lambdaInvokeParameters } from './lambda-invoke';
import type { ParameterValues } from './parameter-values';
import { snsPublish, snsPublishParameters } from './sns-publish';
import type { TaskResource } from '../execution';

export interface Backends {
  readonly lambda: LambdaRuntime;
  readonly integrations: Integrations;
}

interface Integration {
  /** Names of the parameters; others are refused when the state machine is created. */
  readonly parameters: {
    readonly required: readonly string[];
    readonly optional: readonly string[];
    readonly values?: ParameterValues;
  };
  resource(backends: Backends): TaskResource;
}

/** The service integrations, by Resource. Lambda functions' own ARNs are beside them. */
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

/** Finds what a Resource stands for; creation has refused all others. */
export function taskResource(resource: string, backends: Backends): TaskResource {
  const integration = integrations[resource];
  return integration ? integration.resource(backends) : lambdaFunction(resource, backends.lambda);
}

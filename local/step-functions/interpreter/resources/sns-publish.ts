import type { CallingState } from '../../../faults/calling-state';
import { ServiceError } from '../../../service-error';
import type { Integrations } from '../../integrations';
import { isJsonObject, type Json, Payload } from '../../json';
import { checkSize } from '../data-flow';
import type { TaskResource } from '../execution';
import { EvaluationFailure, StateFailure } from '../failures';
import { attempt } from './attempt';
import { callingState } from './calling-state';
import { sdkMetadata } from './sdk-response';
import { serviceEvents } from './service-events';

export const snsPublishParameters = {
  required: ['Message'],
  optional: [
    'MessageAttributes',
    'MessageDeduplicationId',
    'MessageGroupId',
    'MessageStructure',
    'PhoneNumber',
    'Subject',
    'TargetArn',
    'TopicArn',
  ],
} as const;

/** `arn:aws:states:::sns:publish`. https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html */
export function snsPublish(integrations: Integrations): TaskResource {
  return {
    async call(call) {
      const parameters = new Payload(call.parameters);
      checkSize(parameters, 'sns', 'provided parameters');
      const input = request(parameters.value);
      return attempt(call, serviceEvents(call, parameters, 'sns', 'publish'), async () => {
        const answer = await publish(integrations, input, callingState(call.visit));
        return {
          ...answer,
          ...sdkMetadata({ 'Content-Type': 'text/xml' }, call.visit.execution.clock.now()),
        };
      });
    },
  };
}

/** A JSON message is published as its text. */
function request(parameters: Json): Json {
  if (!isJsonObject(parameters))
    throw new EvaluationFailure('The Parameters of sns:publish must be an object.');
  const { Message: message } = parameters;
  return typeof message === 'string' ? parameters : { ...parameters, Message: JSON.stringify(message) };
}

async function publish(
  integrations: Integrations,
  input: Json,
  caller: CallingState,
): Promise<Record<string, Json>> {
  try {
    return (await integrations.call('sns', 'Publish', input, caller)) as Record<string, Json>;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    // SNS has `NotFound`, Step Functions `SNS.NotFoundException`.
    const name = error.code.endsWith('Exception') ? error.code : `${error.code}Exception`;
    throw new StateFailure(`SNS.${name}`, `${error.message} (Service: Sns, Status Code: ${error.status})`);
  }
}

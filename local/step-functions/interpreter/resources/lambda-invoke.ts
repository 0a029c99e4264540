import { isArn } from '../../../../core/arn';
import type { LambdaRuntime } from '../../../lambda/lambda-runtime';
import { isJsonObject, type Json, Payload } from '../../json';
import { checkSize } from '../data-flow';
import type { Execution } from '../execution';
import type { TaskResource } from '../execution';
import { EvaluationFailure } from '../failures';
import { attempt } from './attempt';
import { callingState } from './calling-state';
import { invocationResult } from './lambda';
import { refusedValues } from './parameter-values';
import { sdkMetadata } from './sdk-response';
import { serviceEvents } from './service-events';

export const lambdaInvokeParameters = {
  required: ['FunctionName'],
  optional: ['ClientContext', 'InvocationType', 'LogType', 'Payload', 'Qualifier'],
  // The twin waits for the function, so InvocationType `Event` is refused.
  values: { InvocationType: ['RequestResponse'], LogType: ['None', 'Tail'] },
} as const;

/** `arn:aws:states:::lambda:invoke`. https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html */
export function lambdaInvoke(lambda: LambdaRuntime): TaskResource {
  return {
    async call(call) {
      const parameters = new Payload(call.parameters);
      checkSize(parameters, 'lambda', 'provided parameters');
      const { functionArn, version, payload } = request(parameters, call.visit.execution);
      return attempt(call, serviceEvents(call, parameters, 'lambda', 'invoke'), async (signal) => {
        const value = invocationResult(
          await lambda.invoke(functionArn, event(payload), signal, callingState(call.visit)),
        );
        return answer(value, version, call.visit.execution);
      });
    },
  };
}

function request(parameters: Payload, execution: Execution) {
  if (!isJsonObject(parameters.value))
    throw new EvaluationFailure('The Parameters of lambda:invoke must be an object.');
  const { FunctionName: name, Payload: payload, Qualifier: qualifier } = parameters.value;
  const notText = (field: string) =>
    new EvaluationFailure(
      `The Parameters '${parameters.text}' could not be used to start the Task: ` +
        `[The value for the field '${field}' must be a STRING]`,
    );
  if (typeof name !== 'string' || name === '') throw notText('FunctionName');
  if (qualifier !== undefined && typeof qualifier !== 'string') throw notText('Qualifier');
  if (typeof payload === 'number' || typeof payload === 'boolean') throw notText('Payload');
  // The value of a path is known only now.
  const [refused] = refusedValues(lambdaInvokeParameters.values, parameters.value);
  if (refused) throw new EvaluationFailure(refused[1]);
  const version = qualifier ?? '$LATEST';
  const arn = functionArn(name, execution);
  return { functionArn: version === '$LATEST' ? arn : `${arn}:${version}`, version, payload };
}

/** FunctionName is a name, an ARN, or part of an ARN: `function:x`, `123456789012:function:x`. */
function functionArn(name: string, { region, accountId }: Execution): string {
  if (isArn(name)) return name;
  return `arn:aws:lambda:${region}:${accountId}:function:${name.split(':').at(-1)}`;
}

/**
 * A copy of the function's event. A string payload is the request's body: "{}" reaches the function as an empty object,
 * and text that is no JSON reaches it as a string. Null reaches it as an empty object. Source: recordings of the service.
 */
function event(payload: Json | undefined): Json {
  if (payload === undefined || payload === null) return {};
  if (typeof payload !== 'string') return JSON.parse(JSON.stringify(payload)) as Json;
  try {
    return JSON.parse(payload) as Json;
  } catch {
    return payload;
  }
}

function answer(payload: Json, version: string, execution: Execution): Json {
  const headers = {
    'Content-Length': String(new Payload(payload).bytes),
    'Content-Type': 'application/json',
    'X-Amz-Executed-Version': version,
    'x-amzn-Remapped-Content-Length': '0',
  };
  return {
    ExecutedVersion: version,
    Payload: payload,
    ...sdkMetadata(headers, execution.clock.now()),
    StatusCode: 200,
  };
}

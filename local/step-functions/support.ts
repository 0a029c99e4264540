import type { Support } from '../support';
import { operators, presence } from './interpreter/choice-rules';
import { integrations } from './interpreter/resources';
import { intrinsicFunctions } from './jsonpath/intrinsic-functions';
import { operationNames } from './requests';

export const stepFunctionsSupport: Support = {
  supported: [
    ...operationNames,
    'QueryLanguage JSONPath',
    'states: Choice, Fail, Map (INLINE and DISTRIBUTED), Parallel, Pass, Succeed, Task, Wait',
    'data flow: InputPath, Parameters, ItemSelector, ResultSelector, ResultPath, OutputPath, Assign, $$, $variables',
    'errors: Retry with MaxDelaySeconds and JitterStrategy, Catch, TimeoutSeconds, HeartbeatSeconds',
    `choice operators: ${[...Object.keys(operators), presence, 'And', 'Or', 'Not'].join(', ')}`,
    `intrinsic functions: ${Object.keys(intrinsicFunctions)
      .map((name) => `States.${name}`)
      .join(', ')}`,
    `resources: ARNs of Lambda functions, ${Object.keys(integrations).join(', ')}`,
  ],
  refused: [
    'QueryLanguage JSONata',
    'EXPRESS state machines',
    'RedriveExecution',
    'activities and task tokens (.waitForTaskToken), .sync, AWS SDK integrations',
    'versions and aliases of state machines',
    'ItemReader, ResultWriter, Credentials',
  ],
};

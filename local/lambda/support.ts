import type { Support } from '../support';

export const lambdaSupport: Support = {
  supported: [
    'synchronous invocation of packaged functions, from Step Functions and Firehose',
    'runtime nodejs24.x, CommonJS and ES modules, async handlers with event and context',
    'one invocation at a time per execution environment; warm environments are reused, more are started on demand',
    'reserved concurrency, and that of the account: `Lambda.TooManyRequestsException` above them',
    "Lambda's environment variables and the function's own, none of the host's",
    'JSON in and out; 6 MB each way (`Lambda.RequestTooLargeException`, `Function.ResponseSizeTooLarge`)',
    'timeouts (`Sandbox.Timedout`), crashes (`Runtime.ExitError`), heap beyond the memory size (`Runtime.OutOfMemory`)',
    'load errors: `Runtime.ImportModuleError`, `Runtime.UserCodeSyntaxError`, `Runtime.HandlerNotFound`',
    'GetAccountSettings and GetFunctionConfiguration over HTTP',
    'log lines as in CloudWatch Logs, one file per function',
    'faults: error, delay, crash, timeout',
  ],
  refused: [
    'the Lambda API over HTTP, except GetAccountSettings and GetFunctionConfiguration (functions are deployed by the stack)',
    'runtimes other than nodejs24.x',
    'callback handlers (`Runtime.CallbackHandlerDeprecated`, as nodejs24.x does) and response streaming',
    'versions and aliases other than $LATEST (`Lambda.ResourceNotFoundException`)',
    'reserved variables in a function’s configuration (`InvalidParameterValueException`)',
    'requiring modules outside the deployment package, except the AWS SDK that the managed runtime carries (static imports of ES modules are not confined)',
  ],
};

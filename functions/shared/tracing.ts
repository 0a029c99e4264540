import { CLIENT_RULES } from '../../core/diagnosis-rules';
import { beginSubsegment, causeOf, type Ended } from './subsegment';

/** The subsegment of the step that runs. An execution environment runs one invocation at a time. */
let step: string | undefined;

/** Runs a step in a subsegment of the invocation's trace, and records its failure there. */
export async function inTrace<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
  const part = beginSubsegment(`## ${name}`);
  step = part?.id;
  let ended: Ended = {};
  try {
    return await run();
  } catch (error) {
    ended = { fault: true, cause: causeOf(error) };
    throw error;
  } finally {
    part?.end(ended);
    step = undefined;
  }
}

/** What an answer of the SDK says of the call. An error of the service has the same. */
interface Answer {
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    readonly extendedRequestId?: string;
    readonly attempts?: number;
  };
}

interface Call {
  readonly clientName?: string;
  readonly commandName?: string;
}

type Next = (args: object) => Promise<{ readonly output: object }>;

interface Client {
  readonly config: { readonly region: unknown };
  readonly middlewareStack: { add: unknown };
}

/** A client whose calls appear in the trace of the invocation, with all attempts of a call in one subsegment. */
export function traced<Traced extends Client>(client: Traced): Traced {
  const { config, middlewareStack } = client;
  const region = config.region as () => Promise<string>;
  const middleware = (next: Next, call: Call) => async (args: object) => {
    const part = beginSubsegment((call.clientName ?? '').replace(/Client$/, ''), step, 'aws');
    if (part === undefined) return next(args);
    const aws = { operation: call.commandName?.replace(/Command$/, ''), region: await region() };
    let ended: Ended = { aws };
    try {
      const answer = await next(args);
      ended = endedOf(aws, answer.output);
      return answer;
    } catch (error) {
      ended = { ...endedOf(aws, error ?? {}), ...blame(error) };
      throw error;
    } finally {
      part.end(ended);
    }
  };
  const add = middlewareStack.add as (added: typeof middleware, options: object) => void;
  add.call(middlewareStack, middleware, { step: 'initialize', name: 'traced' });
  return client;
}

function endedOf(aws: object, { $metadata: answer }: Answer): Ended {
  if (answer?.httpStatusCode === undefined) return { aws };
  const { httpStatusCode: status, requestId, extendedRequestId, attempts = 1 } = answer;
  return {
    http: { response: { status } },
    aws: { ...aws, request_id: requestId, id_2: extendedRequestId, retries: attempts - 1 },
  };
}

const THROTTLED = CLIENT_RULES.find(({ error }) => error === 'Throttled')?.name;

/** Who is to blame for a call that failed. Without an answer it is the service. */
function blame(thrown: unknown): Ended {
  const { name = '', $metadata } = (thrown ?? {}) as Partial<Error> & Answer;
  const status = $metadata?.httpStatusCode ?? 500;
  const throttle = status === 429 || THROTTLED?.test(name) === true;
  return { error: status < 500, fault: status >= 500, throttle, cause: causeOf(thrown) };
}

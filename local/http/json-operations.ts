import type * as z from 'zod';
import { ServiceError } from '../service-error';
import type { ServiceName } from '../service-name';
import type { AwsJsonService } from './aws-json-service';
import type { RequestContext } from './request-context';
import { checkMembers } from './validation';

/** One operation: the shape of its members, and its handler. */
export interface JsonOperation {
  readonly shape: z.ZodType;
  /** @throws ServiceError */
  readonly run: (input: never) => unknown;
}

export function operation<Shape extends z.ZodType>(
  shape: Shape,
  run: (input: z.output<Shape>) => unknown,
): JsonOperation {
  return { shape, run };
}

/** A service of the AWS JSON protocol. Each operation is a function of its members. */
export class JsonOperations implements AwsJsonService {
  constructor(
    readonly name: ServiceName,
    readonly target: string,
    private readonly operations: Readonly<Record<string, JsonOperation>>,
    readonly contentType: AwsJsonService['contentType'] = 'application/x-amz-json-1.1',
  ) {}

  // eslint-disable-next-line @typescript-eslint/require-await -- callers expect a rejection, not a throw
  async call(name: string, input: unknown, _request: RequestContext): Promise<unknown> {
    const found = Object.hasOwn(this.operations, name) ? this.operations[name] : undefined;
    if (!found) {
      throw new ServiceError(
        'UnknownOperationException',
        `The twin has no operation ${name} of ${this.name}`,
      );
    }
    return found.run(checkMembers(found.shape, input, 'ValidationException') as never);
  }

  async close(): Promise<void> {}
}

import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { RuleFaults } from '../../../local/faults/rule-faults';
import type { AwsJsonService } from '../../../local/http/aws-json-service';
import type { RequestContext } from '../../../local/http/request-context';
import { TwinServer, type TwinServerOptions } from '../../../local/http/twin-server';
import { FileObjectStore } from '../../../local/s3/file-object-store';
import { answerS3Error, handleS3 } from '../../../local/s3/handle-s3';
import { operationOf } from '../../../local/s3/operation';
import { ServiceError } from '../../../local/service-error';
import { SnsService } from '../../../local/sns/sns-service';
import { temporaryFolder } from '../../../testkit/temporary-folder';

/** A service with minimal state: the names of the state machines that were created. */
export class NamesOfStateMachines implements AwsJsonService {
  readonly name = 'step-functions';
  readonly target = 'AWSStepFunctions';
  readonly contentType = 'application/x-amz-json-1.0';
  readonly names: string[] = [];
  /** Why long polls were aborted. */
  readonly aborted: string[] = [];
  waiting = 0;

  async call(operation: string, input: unknown, { signal }: RequestContext): Promise<unknown> {
    switch (operation) {
      case 'CreateStateMachine':
        this.names.push((input as { name: string }).name);
        return { stateMachineArn: this.names.at(-1), creationDate: 1_700_000_000.5 };
      case 'DescribeStateMachine':
        throw new ServiceError('StateMachineDoesNotExist', "State Machine Does Not Exist: 'x'");
      case 'ListStateMachines':
        throw new TypeError('a mistake of the twin');
      case 'GetActivityTask':
        this.waiting += 1;
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            const reason = signal.reason as Error;
            this.aborted.push(reason.message);
            reject(reason);
          });
        });
      case 'DeleteStateMachine':
        return undefined;
      default:
        throw new ServiceError('UnknownOperationException', operation);
    }
  }

  async close(): Promise<void> {}
}

/** A server with real services in a folder of its own. */
export class Twin {
  readonly directory = temporaryFolder('http-');
  readonly faults = new RuleFaults();
  readonly machines = new NamesOfStateMachines();
  readonly sns = new SnsService({
    directory: this.directory,
    region: 'us-east-1',
    accountId: '000000000000',
  });
  readonly store = FileObjectStore.open(join(this.directory, 's3'));
  readonly unexpected: unknown[] = [];
  readonly server: TwinServer;

  constructor(options: Partial<TwinServerOptions> = {}) {
    const { store } = this;
    this.server = new TwinServer({
      json: [this.machines],
      query: [this.sns],
      s3: {
        handle: (request, response) => handleS3(request, response, store),
        operationOf: ({ method = '', url = '', headers }) => {
          const { operation, subject, bucket, key } = operationOf(method, url, headers);
          return { operation, subject, input: { bucket, key, prefix: '' } };
        },
        answerError: (request, response, error) => answerS3Error(request, response, error, store),
      },
      faults: this.faults,
      onUnexpected: (error) => this.unexpected.push(error),
      ...options,
    });
  }

  get client() {
    return {
      region: 'us-east-1',
      endpoint: this.server.endpoint,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    };
  }

  s3(attempts = 1): S3Client {
    return new S3Client({ ...this.client, forcePathStyle: true, maxAttempts: attempts });
  }

  sfn(attempts = 1): SFNClient {
    return new SFNClient({ ...this.client, maxAttempts: attempts });
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.sns.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

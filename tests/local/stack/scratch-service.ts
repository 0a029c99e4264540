import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { temporaryFolder } from '../../../testkit/temporary-folder';

const files: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "scratch", "private": true }',
  'functions/list-partitions.ts': `
    import { double } from '../core/double';
    export const handler = async (event: { n: number }) => ({ doubled: double(event.n), topic: process.env.TOPIC });
  `,
  'core/double.ts': 'export const double = (n: number): number => 2 * n;',
  'statemachines/load.asl.yml': `
StartAt: ListPartitions
States:
  ListPartitions:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Parameters:
      FunctionName: { Fn::GetAtt: [listPartitions, Arn] }
      Payload.$: $
    Next: Notify
  Notify:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters:
      TopicArn: { Ref: Failures }
      Message.$: $
    End: true
`,
  'serverless.yml': `
service: scratch
frameworkVersion: '*'
configValidationMode: error
provider:
  name: aws
  runtime: nodejs24.x
  versionFunctions: false
  region: us-east-1
  environment:
    TOPIC: { Ref: Failures }
    STAGE: \${sls:stage}
    BUCKET: \${param:bucket, 'none'}
plugins: [serverless-esbuild, serverless-step-functions]
package: { individually: true }
functions:
  listPartitions:
    handler: functions/list-partitions.handler
    timeout: 30
    memorySize: 512
    reservedConcurrency: 5
stepFunctions:
  stateMachines:
    load:
      name: \${self:service}-\${sls:stage}-load
      definition: \${file(statemachines/load.asl.yml)}
      events:
        - schedule: { rate: rate(1 hour), method: scheduler, input: { a: 1 } }
        - schedule: { rate: cron(25 * * * ? *), enabled: false, input: {} }
      alarms:
        topics: { alarm: { Ref: Failures } }
        metrics: [executionsFailed]
resources:
  Resources:
    Failures:
      Type: AWS::SNS::Topic
      Properties: { TopicName: scratch-failures }
`,
};

/** A small service in a folder of its own with this project's packages. */
export class ScratchService {
  readonly directory = temporaryFolder('stack-');
  readonly serviceDirectory = join(this.directory, 'service');
  readonly packagesDirectory = join(this.directory, 'packages');

  constructor() {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    symlinkSync(resolve(__dirname, '../../../node_modules'), join(this.serviceDirectory, 'node_modules'));
  }

  get options() {
    const { serviceDirectory, packagesDirectory } = this;
    return { serviceDirectory, packagesDirectory, stage: 'local', params: { bucket: 'lake' } };
  }

  write(name: string, text: string): void {
    const path = join(this.serviceDirectory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

import { join, resolve } from 'node:path';
import { z } from 'zod';
import { streamOutput } from '../core/stack-outputs';
import { readDatasets } from '../service/datasets';
import type { TwinDescription } from './description';
import { RuleFaults } from './faults/rule-faults';
import { FirehoseService } from './firehose/firehose-service';
import { Account } from './iam/account';
import { integrationsAs, lambdaAs, storeAs } from './iam/as-role';
import { Authorizer } from './iam/authorizer';
import { IamService } from './iam/iam-service';
import { StsService } from './iam/sts-service';
import { CloudFormationService } from './cloudformation/cloudformation-service';
import { glueService } from './glue/glue-service';
import { redshiftServerlessService } from './redshift-serverless/redshift-serverless-service';
import { SchedulerService } from './scheduler/scheduler-service';
import { InProcessIntegrations } from './http/in-process-integrations';
import type { ControlRoutes } from './http/control';
import { TwinServer } from './http/twin-server';
import { WorkerLambdaRuntime } from './lambda/worker-lambda-runtime';
import { RedshiftDataService } from './redshift-data';
import { announceTwin, withdrawTwin } from './running-twin';
import { FileObjectStore } from './s3/file-object-store';
import { s3Handler } from './s3/http-handler';
import type { FaultRule } from './faults/fault-rule';
import type { DeliveryStream } from './firehose/delivery-stream';
import { ServiceError } from './service-error';
import { SnsService } from './sns/sns-service';
import { packageService, readStack, unpackFunctions, type PlannedStream, type Stack } from './stack';
import { compressedClock, StepFunctionsService, systemClock } from './step-functions';
import { makeStateDirectory } from './state-directory';
import { lockDirectory } from './state-lock';

export type { TwinDescription } from './description';

export interface TwinOptions {
  /** The clone: serverless.yml, datasets/, sql/. */
  readonly serviceDirectory: string;
  /** Where everything that the twin knows is kept; made if it is not there. */
  readonly stateDirectory: string;
  /** Where packages of the service are kept, by what they are made of. Default: `.sluice/packages` of the clone. */
  readonly packagesDirectory?: string;
  /** Port on 127.0.0.1; 0 or left out: a free one. */
  readonly port?: number;
  readonly faults?: readonly FaultRule[];
  /** How many times faster than real time Wait states and retry intervals pass. Default 1. */
  readonly speed?: number;
  /** Most seconds that the Data API holds a long poll back. Default: as long as `WaitTimeSeconds` says. */
  readonly longestPollSeconds?: number;
  /** Where the lake's bucket is; a bucket that is there stays where it is. Default: the twin's Region. */
  readonly bucketRegion?: string;
  /** Roles attached to the warehouse's namespace. Default: the one that the package names. */
  readonly iamRoles?: readonly string[];
  /** Most execution environments of one function; further calls wait in line. Default: that of the runtime. */
  readonly environmentsPerFunction?: number;
  /** Whether commands on the same state directory find it and use it. Default: yes. */
  readonly announce?: boolean;
  /** Told what takes its time. */
  readonly onProgress?: (text: string) => void;
}

export interface Twin {
  readonly description: TwinDescription;
  /** The folder of the package that it deployed. */
  readonly packageDirectory: string;
  readonly faults: RuleFaults;
  readonly sns: SnsService;
  /** Its roles and what they may do: a test takes a right away. */
  readonly account: Account;
  /** The file that published notifications are appended to. */
  readonly inboxPath: string;
  /** Ends the functions' idle environments: what they had in memory is gone, as after a deployment. */
  renewFunctions(): void;
  /** Lets the process end although the twin is running. */
  unref(): void;
  close(): Promise<void>;
}

const REGION = 'us-east-1';
/** What AWS itself uses in examples where there is no account. */
const ACCOUNT_ID = '000000000000';
const STAGE = 'local';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'sluice', AWS_SECRET_ACCESS_KEY: 'sluice' } as const;

/**
 * Starts the local twin: packages the service unless a package of these sources is there, deploys it, serves it.
 * @throws ServiceError or an error by name: PackagingFailed, StateDirectoryUnusable, StateDirectoryInUse …
 */
export async function startTwin(options: TwinOptions): Promise<Twin> {
  const { stateDirectory, serviceDirectory } = options;
  makeStateDirectory(stateDirectory);
  const unlock = lockDirectory(stateDirectory);
  const closers: (() => Promise<void>)[] = [unlock];
  const close = async () => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    const packageDirectory = await packageService({
      serviceDirectory,
      packagesDirectory: options.packagesDirectory,
      stage: STAGE,
      onProgress: options.onProgress,
    });
    const stack = readStack(packageDirectory, {
      region: REGION,
      accountId: ACCOUNT_ID,
      stackName: `sluice-${STAGE}`,
    });
    const functions = await unpackFunctions(stack, packageDirectory, join(stateDirectory, 'lambda', 'code'));
    const environment = environmentOf(stack);
    const datasets = readDatasets(serviceDirectory);

    const account = new Account(
      ACCOUNT_ID,
      REGION,
      stack.roles.map(({ name, arn, trust, policies }) => ({
        name,
        arn,
        trust,
        policies: new Map(policies.map((policy) => [policy.name, policy.document])),
      })),
    );

    for (const { bucket, document } of stack.bucketPolicies) account.bucketPolicies.set(bucket, document);

    const faults = new RuleFaults();
    faults.set(options.faults ?? []);
    const store = FileObjectStore.open(join(stateDirectory, 's3'));
    if (store.bucketRegion(environment.LAKE_BUCKET) === undefined) {
      await store.createBucket(environment.LAKE_BUCKET, options.bucketRegion ?? REGION);
    }
    let endpoint = '';
    const lambda = new WorkerLambdaRuntime({
      region: REGION,
      endpoint: () => endpoint,
      logDirectory: join(stateDirectory, 'lambda', 'logs'),
      faults,
      compiledCode: join(packageDirectory, 'compiled'),
      environmentsPerFunction: options.environmentsPerFunction,
      credentialsOf: ({ name, roleArn = '' }) =>
        account.serviceSession(roleArn, 'lambda.amazonaws.com', name),
    });
    lambda.deploy(functions);
    closers.push(() => lambda.close());

    const sns = new SnsService({
      directory: join(stateDirectory, 'sns'),
      region: REGION,
      accountId: ACCOUNT_ID,
    });
    for (const topic of stack.topics) {
      sns.createTopic(topic.name);
      // Who hears of failures here is who reads the inbox.
      sns.subscribe(topic.arn, 'messages.jsonl@localhost');
    }

    const authorizer: Authorizer = new Authorizer(account, {
      workgroupArn: stack.workgroups[0]?.arn ?? '',
      isThere: (bucket, key) => store.find(bucket, key) !== undefined,
      ownerOf: (statement) => redshiftData.ownerOf(statement),
    });
    const iamRoles = [...(options.iamRoles ?? stack.namespaces.flatMap((each) => each.iamRoles))];
    const redshiftData = new RedshiftDataService({
      directory: join(stateDirectory, 'redshift-data'),
      store,
      faults,
      region: REGION,
      accountId: ACCOUNT_ID,
      workgroup: environment.WORKGROUP_NAME,
      database: environment.DATABASE_NAME,
      iamRoles,
      mayAssume: (role) => authorizer.mayAssume(role),
      mayRead: (role, bucket, key) => authorizer.mayCopy(role, bucket, key),
      longestPollSeconds: options.longestPollSeconds,
    });
    await redshiftData.start();
    closers.push(() => redshiftData.close());

    const streams = stack.streams.map((planned) => deliveryStream(planned, stack));
    const firehose = new FirehoseService({
      streams,
      store,
      lambda,
      asRoleOf: ({ roleArn = '' }) => {
        const require = authorizer.asRole(roleArn, 'firehose.amazonaws.com', 'firehose');
        return { store: storeAs(store, require), lambda: lambdaAs(lambda, require) };
      },
      directory: join(stateDirectory, 'firehose'),
    });
    closers.push(() => firehose.close());

    const [machine] = stack.stateMachines;
    if (!machine) throw new Error('The package has no state machine.');
    const asMachine = authorizer.asRole(machine.roleArn, 'states.amazonaws.com', 'step-functions');
    const stepFunctions = new StepFunctionsService({
      directory: join(stateDirectory, 'step-functions'),
      lambda: lambdaAs(lambda, asMachine),
      integrations: integrationsAs(new InProcessIntegrations([sns], faults), asMachine),
      region: REGION,
      accountId: ACCOUNT_ID,
      clock: options.speed === undefined ? systemClock : compressedClock({ sleeping: 1 / options.speed }),
    });
    stepFunctions.putStateMachine(machine);
    closers.push(() => stepFunctions.close());

    const control: ControlRoutes = {
      'GET /_sluice/twin': () => description,
      'POST /_sluice/deliver': (input) => firehose.flush(deliverInput.parse(input).stream),
      'PUT /_sluice/faults': (input) => faults.set(input),
      'DELETE /_sluice/faults': () => faults.clear(),
      'GET /_sluice/notifications': () => sns.messages(),
    };
    const server = new TwinServer({
      json: [
        firehose,
        redshiftData,
        stepFunctions,
        glueService(stack),
        redshiftServerlessService(stack, iamRoles),
      ],
      query: [sns, new StsService(account), new IamService(account), new CloudFormationService(stack)],
      rest: [new SchedulerService(stack.schedules)],
      s3: s3Handler(store, (principal) => ({
        mayDelete: (bucket, key) =>
          authorizer.may(principal, { action: 's3:DeleteObject', resource: `arn:aws:s3:::${bucket}/${key}` }),
        policies: account.bucketPolicies,
        keys: account.bucketKeys,
      })),
      faults,
      identity: authorizer,
      callerOf: (traceId) => lambda.callerOf(traceId),
      control,
      onUnexpected: (error) =>
        options.onProgress?.(`The twin met an error of its own: ${String((error as Error).stack ?? error)}`),
    });
    endpoint = await server.listen(options.port ?? 0);
    closers.push(() => server.close());

    const description: TwinDescription = {
      endpoint,
      state_directory: resolve(stateDirectory),
      stage: STAGE,
      region: REGION,
      bucket: environment.LAKE_BUCKET,
      stream: streams[0]?.name ?? '',
      streams: Object.fromEntries(
        datasets.flatMap((dataset) => {
          const name = stack.outputs[streamOutput(dataset.name)]?.value;
          return name === undefined ? [] : [[dataset.name, name]];
        }),
      ),
      state_machine_arn: machine.arn,
      topic_arn: stack.topics[0]?.arn ?? '',
      statements_role_arn: environment.STATEMENTS_ROLE_ARN,
      secret: environment.SECRET_ARN || undefined,
      workgroup: environment.WORKGROUP_NAME,
      database: environment.DATABASE_NAME,
      env: { AWS_ENDPOINT_URL: endpoint, AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION, ...CREDENTIALS },
    };
    // What is there is of a twin that was killed: this one holds the lock.
    withdrawTwin(stateDirectory);
    if (options.announce ?? true) announceTwin(stateDirectory, description);
    closers.push(() => Promise.resolve(withdrawTwin(stateDirectory)));
    return {
      description,
      packageDirectory,
      faults,
      sns,
      account,
      inboxPath: sns.inboxPath,
      renewFunctions: () => lambda.deploy(functions),
      unref: () => server.unref(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const deliverInput = z.object({ stream: z.string() });

/** The variables that the packaged functions share: what they are deployed beside. */
const environmentSchema = z.object({
  LAKE_BUCKET: z.string(),
  WORKGROUP_NAME: z.string(),
  DATABASE_NAME: z.string(),
  STATEMENTS_ROLE_ARN: z.string(),
  SECRET_ARN: z.string(),
});

function environmentOf(stack: Stack): z.infer<typeof environmentSchema> {
  return environmentSchema.parse(stack.functions[0]?.environment);
}

/** Whoever tries events out here should not have to wait for as long as Firehose may hold them back. */
const LONGEST_BUFFER_SECONDS = 60;

/** A stream of the template, with the columns of the table that it converts by. */
function deliveryStream(planned: PlannedStream, { tables }: Stack): DeliveryStream {
  const { name, arn, bucket, prefix, errorPrefix, roleArn, database, table } = planned;
  const converts = tables.find((each) => each.database === database && each.name === table);
  if (!converts) {
    throw new ServiceError(
      'EntityNotFoundException',
      `Stream ${name} converts by ${database}.${table}, which there is not`,
    );
  }
  return {
    name,
    arn,
    bucket,
    prefix,
    errorPrefix,
    transform: planned.transformArn,
    columns: converts.columns,
    buffering: {
      sizeInMBs: planned.bufferMegabytes,
      intervalInSeconds: Math.min(planned.bufferSeconds, LONGEST_BUFFER_SECONDS),
    },
    schema: { database, table },
    roleArn,
  };
}

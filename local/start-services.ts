import { join } from 'node:path';
import { compressedClock, systemClock } from './clock';
import { ACCOUNT_ID, REGION, type Deployment } from './deployment';
import type { FaultRule } from './faults/fault-rule';
import { RuleFaults } from './faults/rule-faults';
import { FirehoseService } from './firehose/firehose-service';
import { InProcessIntegrations } from './http/in-process-integrations';
import { Account } from './iam/account';
import { integrationsAs, lambdaAs, storeAs } from './iam/as-role';
import { Authorizer } from './iam/authorizer';
import { WorkerLambdaRuntime } from './lambda/worker-lambda-runtime';
import { Meter } from './metering/meter';
import { meteredStore } from './metering/metered-store';
import { RedshiftDataService } from './redshift-data';
import { FileObjectStore } from './s3/file-object-store';
import { SnsService } from './sns/sns-service';
import { deliveryStreams, type Stack } from './stack';
import { StepFunctionsService } from './step-functions';

export interface ServiceOptions {
  readonly stateDirectory: string;
  readonly faults?: readonly FaultRule[];
  /** How many times faster than real time Wait states and retry intervals pass. Default 1. */
  readonly speed?: number;
  /**
   * For counting what a long time costs: with `speed`, long polls and what a statement seems to run (a fault) pass faster,
   * too, except while a statement really works, and the meter's time goes on as if nothing had been left out. The functions'
   * clocks are the system's.
   */
  readonly virtualTime?: boolean;
  /** Upper bound of a Data API long poll in seconds. Default: none. */
  readonly longestPollSeconds?: number;
  /** The Region of a new lake bucket. An existing bucket stays where it is. Default: the twin's Region. */
  readonly bucketRegion?: string;
  /** Roles attached to the warehouse's namespace. Default: the package's. */
  readonly iamRoles?: readonly string[];
  /** Most execution environments of one function; further calls wait. Default: the runtime's. */
  readonly environmentsPerFunction?: number;
  /** Most invocations of all functions at a time; more are throttled. Default: 1,000. */
  readonly lambdaConcurrency?: number;
}

/** The clock behind GETDATE and SYSDATE. A test may set it wrong; a column's DEFAULT follows the system's clock. */
export interface WarehouseClock {
  now: () => Date;
}

/** The services of the deployed stack, without their HTTP server. */
export interface Services {
  readonly meter: Meter;
  readonly faults: RuleFaults;
  readonly account: Account;
  readonly authorizer: Authorizer;
  readonly store: FileObjectStore;
  readonly lambda: WorkerLambdaRuntime;
  readonly sns: SnsService;
  readonly redshiftData: RedshiftDataService;
  readonly warehouseClock: WarehouseClock;
  readonly firehose: FirehoseService;
  readonly stepFunctions: StepFunctionsService;
  /** ARNs of the roles attached to the warehouse's namespace, which UpdateNamespace changes. */
  readonly iamRoles: string[];
}

/**
 * Starts the services of a deployment.
 * @param endpoint returns the server's address once it listens.
 * @param closers receives the functions that close the services, in the order of their start.
 */
export async function startServices(
  { packageDirectory, stack, functions, environment }: Deployment,
  options: ServiceOptions,
  endpoint: () => string,
  closers: (() => Promise<void>)[],
): Promise<Services> {
  const directoryOf = (service: string) => join(options.stateDirectory, service);
  const [machine] = stack.stateMachines;
  if (!machine) throw new Error('The package has no state machine.');

  const meter = new Meter(directoryOf('meter'));
  closers.push(() => meter.close());
  const clock =
    options.speed === undefined
      ? undefined
      : compressedClock({
          sleeping: 1 / options.speed,
          onSkip: options.virtualTime ? (ms) => (meter.clock.ahead += ms) : undefined,
        });
  const account = accountOf(stack);
  const faults = new RuleFaults();
  faults.set(options.faults ?? []);
  const store = FileObjectStore.open(directoryOf('s3'));
  if (store.bucketRegion(environment.LAKE_BUCKET) === undefined) {
    await store.createBucket(environment.LAKE_BUCKET, options.bucketRegion ?? REGION);
  }

  const lambda = new WorkerLambdaRuntime({
    region: REGION,
    endpoint,
    logDirectory: join(directoryOf('lambda'), 'logs'),
    faults,
    compiledCode: join(packageDirectory, 'compiled'),
    environmentsPerFunction: options.environmentsPerFunction,
    concurrency: options.lambdaConcurrency,
    meter,
    credentialsOf: ({ name, roleArn = '' }) => account.serviceSession(roleArn, 'lambda.amazonaws.com', name),
  });
  lambda.deploy(functions);
  closers.push(() => lambda.close());

  const sns = new SnsService({ directory: directoryOf('sns'), region: REGION, accountId: ACCOUNT_ID });
  closers.push(() => sns.close());
  for (const topic of stack.topics) {
    sns.addTopic(topic.arn);
    // The inbox is the subscriber, so that checks for a subscription pass.
    sns.subscribe(topic.arn, 'messages.jsonl@localhost');
  }

  const authorizer: Authorizer = new Authorizer(account, {
    workgroupArn: stack.workgroups[0]?.arn ?? '',
    isThere: (bucket, key) => store.find(bucket, key) !== undefined,
    ownerOf: (statement) => redshiftData.ownerOf(statement),
  });
  const iamRoles = [...(options.iamRoles ?? stack.namespaces.flatMap((each) => each.iamRoles))];
  const warehouseClock: WarehouseClock = { now: () => new Date() };
  const redshiftData = new RedshiftDataService({
    directory: directoryOf('redshift-data'),
    store: meteredStore(store, meter),
    meter,
    faults,
    region: REGION,
    accountId: ACCOUNT_ID,
    workgroup: environment.WORKGROUP_NAME,
    database: environment.DATABASE_NAME,
    iamRoles,
    mayAssume: (role) => authorizer.mayAssume(role),
    mayRead: (role, bucket, key) => authorizer.mayCopy(role, bucket, key),
    longestPollSeconds: options.longestPollSeconds,
    now: () => warehouseClock.now(),
    clock: options.virtualTime ? clock : undefined,
  });
  await redshiftData.start();
  closers.push(() => redshiftData.close());

  const firehose = new FirehoseService({
    streams: deliveryStreams(stack),
    store,
    lambda,
    asRoleOf: ({ roleArn = '' }) => {
      const require = authorizer.asRole(roleArn, 'firehose.amazonaws.com', 'firehose');
      return { store: storeAs(meteredStore(store, meter), require), lambda: lambdaAs(lambda, require) };
    },
    directory: directoryOf('firehose'),
  });
  closers.push(() => firehose.close());

  const asMachine = authorizer.asRole(machine.roleArn, 'states.amazonaws.com', 'step-functions');
  const stepFunctions = new StepFunctionsService({
    directory: directoryOf('step-functions'),
    lambda: lambdaAs(lambda, asMachine),
    integrations: integrationsAs(new InProcessIntegrations([sns], faults, meter), asMachine),
    region: REGION,
    accountId: ACCOUNT_ID,
    meter,
    clock: clock ?? systemClock,
  });
  stepFunctions.putStateMachine(machine);
  closers.push(() => stepFunctions.close());

  return {
    meter,
    faults,
    account,
    authorizer,
    store,
    lambda,
    sns,
    redshiftData,
    warehouseClock,
    firehose,
    stepFunctions,
    iamRoles,
  };
}

function accountOf({ roles, bucketPolicies }: Stack): Account {
  const account = new Account(
    ACCOUNT_ID,
    REGION,
    roles.map(({ name, arn, trust, policies }) => ({
      name,
      arn,
      trust,
      policies: new Map(policies.map((policy) => [policy.name, policy.document])),
    })),
  );
  for (const { bucket, document } of bucketPolicies) account.bucketPolicies.set(bucket, document);
  return account;
}

import { readDatasets } from '../service/datasets';
import { prepareDeployment, type Deployment } from './deployment';
import { describeTwin } from './describe-twin';
import type { TwinDescription } from './description';
import type { RuleFaults } from './faults/rule-faults';
import type { Account } from './iam/account';
import type { MeterClock } from './metering/meter';
import { announceTwin, withdrawTwin } from './running-twin';
import { serverOf } from './serve';
import type { SnsService } from './sns/sns-service';
import { startServices, type ServiceOptions, type WarehouseClock } from './start-services';
import { makeStateDirectory } from './state-directory';
import { lockDirectory } from './state-lock';

export type { TwinDescription } from './description';

export interface TwinOptions extends ServiceOptions {
  /** The checkout: serverless.yml, datasets/, sql/. */
  readonly serviceDirectory: string;
  /** The folder for all state of the twin. It is created if it does not exist. */
  readonly stateDirectory: string;
  /** The folder for packages of the service. Default: `.sluice/packages` of the checkout. */
  readonly packagesDirectory?: string;
  /** Port on 127.0.0.1. Default: a free port. */
  readonly port?: number;
  /** Whether commands on the same state directory find and use this twin. Default: yes. */
  readonly announce?: boolean;
  /** Upper bound of the functions' timeouts in seconds. Default: none. */
  readonly longestInvocationSeconds?: number;
  /** Called before slow work. */
  readonly onProgress?: (text: string) => void;
}

export interface Twin {
  readonly description: TwinDescription;
  /** The folder of the deployed package. */
  readonly packageDirectory: string;
  readonly faults: RuleFaults;
  readonly sns: SnsService;
  /** Roles and their policies, which tests change. */
  readonly account: Account;
  readonly warehouseClock: WarehouseClock;
  readonly meterClock: MeterClock;
  /** The file with all published notifications. */
  readonly inboxPath: string;
  /** Ends the functions' idle environments with their memory, as a deployment does. */
  renewFunctions(): void;
  /** Lets the process end while the twin runs. */
  unref(): void;
  close(): Promise<void>;
}

/**
 * Starts the local twin: packages the service, unless a package of the same sources exists, deploys it and serves it.
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
    const deployment = shortened(await prepareDeployment(options), options.longestInvocationSeconds);
    const datasets = readDatasets(serviceDirectory);
    let endpoint = '';
    const services = await startServices(deployment, options, () => endpoint, closers);
    const server = serverOf(
      services,
      deployment.stack,
      () => description,
      (error) =>
        options.onProgress?.(`The twin failed unexpectedly: ${String((error as Error).stack ?? error)}`),
    );
    endpoint = await server.listen(options.port ?? 0);
    closers.push(() => server.close());

    const description = describeTwin(deployment, datasets, stateDirectory, endpoint);
    // This twin holds the lock, so an existing announcement belongs to a killed one.
    withdrawTwin(stateDirectory);
    if (options.announce ?? true) announceTwin(stateDirectory, description);
    closers.push(() => {
      withdrawTwin(stateDirectory);
      return Promise.resolve();
    });
    const { faults, sns, account, lambda, warehouseClock, meter } = services;
    return {
      description,
      packageDirectory: deployment.packageDirectory,
      faults,
      sns,
      account,
      warehouseClock,
      meterClock: meter.clock,
      inboxPath: sns.inboxPath,
      renewFunctions: () => lambda.deploy(deployment.functions),
      unref: () => server.unref(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function shortened(deployment: Deployment, most = Infinity): Deployment {
  const functions = deployment.functions.map((each) => ({
    ...each,
    timeoutSeconds: Math.min(each.timeoutSeconds, most),
  }));
  return { ...deployment, functions };
}

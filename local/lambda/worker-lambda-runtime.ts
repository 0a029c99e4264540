import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallingState } from '../faults/calling-state';
import type { FaultInjector } from '../faults/fault-injector';
import type { Fault } from '../faults/fault-rule';
import type { Meter } from '../metering/meter';
import { checkFunction } from './check-function';
import type { DeployedFunction } from './deployed-function';
import { EnvironmentPool } from './environment-pool';
import type { Credentials } from './environment-variables';
import { ExecutionEnvironment, type Ending } from './execution-environment';
import { FunctionLog, reportLine } from './function-log';
import type { Invocation, LambdaRuntime } from './lambda-runtime';
import { LARGEST_REQUEST_BYTES, outcomeOf } from './outcome';

export interface LambdaRuntimeOptions {
  readonly region: string;
  /** Returns the twin's address when an environment starts: `http://127.0.0.1:4566`. */
  readonly endpoint: () => string;
  /** Folder for `<function name>.log`. */
  readonly logDirectory: string;
  readonly faults?: FaultInjector;
  /** The credentials of a function. Default: the same for all. */
  readonly credentialsOf?: (deployed: DeployedFunction) => Credentials;
  /** Folder with the AWS SDK for functions whose package omits it. Lambda's runtime contains the SDK. */
  readonly runtimeModules?: string;
  /** Folder for compiled code, which makes the next cold start cheaper. Default: none is kept. */
  readonly compiledCode?: string;
  /** Most worker threads for one function; further invocations wait. Default 10. */
  readonly environmentsPerFunction?: number;
  /** Most invocations of all functions at a time; more are throttled. Default 1,000, as in AWS; new accounts have less. */
  readonly concurrency?: number;
  readonly meter?: Meter;
}

interface Deployment {
  readonly deployed: DeployedFunction;
  readonly pool: EnvironmentPool;
}

/** Source: AWS Lambda Developer Guide, "Lambda quotas". */
const DEFAULT_CONCURRENCY = 1_000;

const localCredentials: Credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Runs packaged functions in worker threads, with one invocation at a time in each, like Lambda's environments. */
export class WorkerLambdaRuntime implements LambdaRuntime {
  private readonly deployments = new Map<string, Deployment>();
  /** Includes the pools of replaced functions, which may still be busy. */
  private readonly pools: EnvironmentPool[] = [];
  private readonly running = new Set<Promise<unknown>>();
  /** The calling states of running invocations, by the root of their trace ids. */
  private readonly callers = new Map<string, CallingState>();
  private readonly logs = new Map<string, FunctionLog>();
  private readonly closing = new AbortController();

  constructor(private readonly options: LambdaRuntimeOptions) {}

  /**
   * Replaces all functions. Environments of the previous ones end as soon as they are idle.
   * @throws ServiceError `InvalidParameterValueException`; then nothing is changed.
   */
  deploy(functions: readonly DeployedFunction[]): void {
    functions.forEach(checkFunction);
    for (const { pool } of this.deployments.values()) pool.retire();
    this.deployments.clear();
    for (const deployed of functions) {
      const pool = new EnvironmentPool(
        () => this.start(deployed),
        this.options.environmentsPerFunction ?? 10,
      );
      this.pools.push(pool);
      this.deployments.set(deployed.arn, { deployed, pool });
    }
  }

  /**
   * Invokes a function and waits for its answer.
   * Aborting ends only the wait: as in AWS, a started function keeps running.
   * @param functionArn the function's ARN; `:$LATEST` may follow.
   * @param payload any JSON value. It is passed to the function and back as JSON text.
   * @param caller the state that invokes the function; {@link callerOf} returns it for the function's calls.
   * @throws the signal's reason if it is aborted; an `AbortError` if the runtime is closed.
   */
  async invoke(
    functionArn: string,
    payload: unknown,
    signal?: AbortSignal,
    caller?: CallingState,
  ): Promise<Invocation> {
    const stop = AbortSignal.any([this.closing.signal, ...(signal === undefined ? [] : [signal])]);
    stop.throwIfAborted();
    const deployment = this.deployments.get(functionArn.replace(/:\$LATEST$/, ''));
    if (deployment === undefined) {
      return refused('ResourceNotFoundException', `Function not found: ${functionArn}`);
    }
    const event = JSON.stringify(payload ?? null);
    const bytes = Buffer.byteLength(event);
    if (bytes > LARGEST_REQUEST_BYTES) {
      const limit = `Request must be smaller than ${LARGEST_REQUEST_BYTES} bytes for the InvokeFunction operation`;
      return refused('RequestTooLargeException', limit);
    }
    const fault = await this.options.faults?.take('lambda', deployment.deployed.name, event, caller);
    stop.throwIfAborted();
    if (fault?.type === 'delay') await abortable(sleep(fault.ms, undefined, { ref: false }), stop);
    if (fault?.type === 'error')
      return refused(fault.code, fault.message ?? `${fault.code} (injected fault)`);

    const { deployed, pool } = deployment;
    if (this.isThrottled(deployed, pool)) {
      return refused('TooManyRequestsException', 'Rate Exceeded.');
    }
    const environment = await pool.acquire(stop);
    const invocation = this.run(deployed, environment, event, fault, caller);
    this.running.add(invocation);
    const ended = invocation.finally(() => {
      pool.release(environment);
      this.running.delete(invocation);
    });
    return abortable(ended, stop);
  }

  /** Ends every environment, even busy ones. Resolves when the logs are in their files. */
  async close(): Promise<void> {
    const reason = new DOMException('The Lambda runtime was closed', 'AbortError');
    this.closing.abort(reason);
    await Promise.all(this.pools.map((pool) => pool.close(reason)));
    await Promise.allSettled(this.running); // their last lines go to the logs
    await Promise.all([...this.logs.values()].map((log) => log.close()));
    this.deployments.clear();
    this.logs.clear();
  }

  /** The account's concurrency, and the part of it that no function reserves. */
  account(): { readonly concurrency: number; readonly unreserved: number; readonly functions: number } {
    const all = [...this.deployments.values()];
    const concurrency = this.options.concurrency ?? DEFAULT_CONCURRENCY;
    const reserved = all.reduce((sum, { deployed }) => sum + (deployed.concurrency ?? 0), 0);
    return { concurrency, unreserved: concurrency - reserved, functions: all.length };
  }

  /** A deployed function by its name. */
  functionOf(name: string): DeployedFunction | undefined {
    return [...this.deployments.values()].find(({ deployed }) => deployed.name === name)?.deployed;
  }

  /** A function with reserved concurrency has it for itself; all others share what is left. */
  private isThrottled({ concurrency }: DeployedFunction, pool: EnvironmentPool): boolean {
    if (concurrency !== undefined) return pool.invocations >= concurrency;
    const others = [...this.deployments.values()].filter((each) => each.deployed.concurrency === undefined);
    return others.reduce((sum, each) => sum + each.pool.invocations, 0) >= this.account().unreserved;
  }

  /** The calling state of the running invocation with this trace id. */
  callerOf(traceId: string): CallingState | undefined {
    return this.callers.get(rootOf(traceId));
  }

  private start(deployed: DeployedFunction): ExecutionEnvironment {
    const { region, endpoint, credentialsOf, runtimeModules, compiledCode } = this.options;
    const host = { region, endpoint: endpoint(), credentials: credentialsOf?.(deployed) ?? localCredentials };
    return new ExecutionEnvironment(
      deployed,
      host,
      { runtimeModules, compiledCode },
      this.log(deployed.name),
    );
  }

  private log(functionName: string): FunctionLog {
    const log =
      this.logs.get(functionName) ?? new FunctionLog(join(this.options.logDirectory, `${functionName}.log`));
    this.logs.set(functionName, log);
    return log;
  }

  private async run(
    deployed: DeployedFunction,
    environment: ExecutionEnvironment,
    event: string,
    fault: Fault | undefined,
    caller: CallingState | undefined,
  ): Promise<Invocation> {
    const trace = traceId();
    if (caller !== undefined) this.callers.set(rootOf(trace), caller);
    const requestId = randomUUID();
    const log = this.log(deployed.name);
    const initStartedAt = performance.now();
    const failed = await environment.initialize();
    // The time of a load that failed counts, too.
    const failedInitMs = failed && performance.now() - initStartedAt;
    log.append(`START RequestId: ${requestId} Version: $LATEST\n`);
    const { meter } = this.options;
    const startedAt = performance.now();
    const ahead = meter?.clock.ahead ?? 0;
    const ending =
      failed ??
      (await faulty(environment, fault)) ??
      (await environment.invoke({ requestId, traceId: trace, event }));
    this.callers.delete(rootOf(trace));
    const { invocation, failure } = outcomeOf(ending, requestId, deployed.timeoutSeconds);
    if (ending.type === 'timedOut') {
      log.append(
        `${new Date().toISOString()} ${requestId} Task timed out after ${deployed.timeoutSeconds.toFixed(2)} seconds\n`,
      );
    }
    const durationMs = performance.now() - startedAt;
    const initDurationMs = environment.takeInitDuration() ?? failedInitMs;
    // What the meter's clock has gone ahead meanwhile, the function has waited.
    const billedMs = durationMs + (meter ? meter.clock.ahead - ahead : 0);
    meter?.invocation(deployed.name, deployed.memoryMB, billedMs, initDurationMs);
    const report = reportLine({
      requestId,
      durationMs,
      memorySizeMB: deployed.memoryMB,
      memoryUsedMB: 'memoryMB' in ending ? ending.memoryMB : undefined,
      initDurationMs,
      failure,
    });
    log.append(`END RequestId: ${requestId}\n${report}`);
    return invocation;
  }
}

/** Ends a loaded environment before the handler is called, if the fault says so. */
async function faulty(
  environment: ExecutionEnvironment,
  fault: Fault | undefined,
): Promise<Ending | undefined> {
  if (fault?.type !== 'crash' && fault?.type !== 'timeout') return undefined;
  const ending: Ending = fault.type === 'crash' ? { type: 'exited', code: 1 } : { type: 'timedOut' };
  await environment.end(ending);
  return ending;
}

/** Step Functions names errors of Lambda's API `Lambda.<code>` [AWS: Handle Lambda service exceptions]. */
function refused(code: string, message: string): Invocation {
  return { outcome: 'refused', error: `Lambda.${code}`, message };
}

/** An X-Ray trace id: `Root=1-<seconds>-<24 hex digits>;Parent=…;Sampled=0`. */
function traceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
}

/** The part of a trace id that stays the same across services. */
function rootOf(trace: string): string {
  return trace.split(';').find((member) => member.startsWith('Root=')) ?? trace;
}

/** Waits for work until a signal is aborted. @throws the signal's reason */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
  });
  work.catch(() => {}); // after an abort nothing handles the rejection
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

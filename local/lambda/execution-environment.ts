import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DeployedFunction } from './deployed-function';
import { environmentVariables, type HostSettings } from './environment-variables';
import type { FunctionLog } from './function-log';
import type { ErrorPayload, Initialization, InvokeMessage, RuntimeMessage } from './messages';

/** How an invocation ended. */
export type Ending =
  | { readonly type: 'returned'; readonly json: string; readonly memoryMB: number }
  | { readonly type: 'raised'; readonly error: ErrorPayload; readonly memoryMB: number }
  | { readonly type: 'initializationFailed'; readonly error: ErrorPayload }
  | { readonly type: 'exited'; readonly code: number }
  | { readonly type: 'outOfMemory' }
  | { readonly type: 'timedOut' };

/** Lambda gives an environment ten seconds to load before the invocation's time starts. */
const INITIALIZATION_MS = 10_000;

/**
 * One execution environment: a worker thread with a loaded function, which runs one invocation at a time.
 * Every ending except `returned` and `raised` ends the environment, too.
 */
export class ExecutionEnvironment {
  private readonly worker: Worker;
  private readonly ready: Promise<Ending | undefined>;
  private readonly startedAt = performance.now();
  private initDurationMs: number | undefined;
  private settle: ((ending: Ending | undefined) => void) | undefined;
  private partialLine = '';
  private ending: Ending | undefined;

  constructor(
    private readonly deployed: DeployedFunction,
    host: HostSettings,
    initialization: Initialization,
    private readonly log: FunctionLog,
  ) {
    const instance = randomBytes(16).toString('hex');
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    this.worker = new Worker(join(__dirname, 'bootstrap.cjs'), {
      name: deployed.name,
      env: environmentVariables(deployed, host, `${day}/[$LATEST]${instance}`),
      // The twin's own command line (a TypeScript loader, an inspector) must not affect the function.
      execArgv: [],
      argv: [],
      resourceLimits: { maxOldGenerationSizeMb: deployed.memoryMB },
      workerData: initialization,
    });
    this.ready = new Promise((resolve) => (this.settle = resolve));
    this.worker.on('message', (message: RuntimeMessage) => this.receive(message));
    this.worker.on('error', (error: NodeJS.ErrnoException) => this.crash(error));
    this.worker.on('exit', (code) => this.finish({ type: 'exited', code }));
  }

  /** Whether the environment accepts no more invocations. */
  get ended(): boolean {
    return this.ending !== undefined;
  }

  /** How long loading took, returned once: Lambda reports it with the first invocation. */
  takeInitDuration(): number | undefined {
    const duration = this.initDurationMs;
    this.initDurationMs = undefined;
    return duration;
  }

  /** Waits until the function is loaded. @returns the environment's ending, if it ended */
  async initialize(): Promise<Ending | undefined> {
    const timeoutMs = INITIALIZATION_MS + this.deployed.timeoutSeconds * 1000;
    return this.within(timeoutMs, this.ready);
  }

  /** Runs one invocation in a loaded environment. */
  async invoke(invocation: Omit<InvokeMessage, 'deadline' | 'functionArn'>): Promise<Ending> {
    if (this.ending !== undefined) return this.ending;
    const timeoutMs = this.deployed.timeoutSeconds * 1000;
    const answer = new Promise<Ending | undefined>((resolve) => (this.settle = resolve));
    this.worker.ref();
    const message: InvokeMessage = {
      ...invocation,
      functionArn: this.deployed.arn,
      deadline: Date.now() + timeoutMs,
    };
    this.worker.postMessage(message);
    const ending = (await this.within(timeoutMs, answer)) ?? { type: 'timedOut' as const };
    // An idle environment must not keep the twin's process alive.
    this.worker.unref();
    this.flush();
    return ending;
  }

  /** Ends the thread at once, even if it is busy. */
  async end(ending: Ending = { type: 'exited', code: 1 }): Promise<void> {
    this.finish(ending);
    await this.worker.terminate();
  }

  private async within(timeoutMs: number, ending: Promise<Ending | undefined>): Promise<Ending | undefined> {
    const timer = setTimeout(() => void this.end({ type: 'timedOut' }), timeoutMs);
    try {
      return await ending;
    } finally {
      clearTimeout(timer);
    }
  }

  private receive(message: RuntimeMessage): void {
    switch (message.type) {
      case 'log':
        this.write(message.text);
        break;
      case 'ready':
        this.initDurationMs = performance.now() - this.startedAt;
        this.settle?.(undefined);
        break;
      case 'initializationFailed':
        void this.end(message);
        break;
      default:
        this.settle?.(message);
    }
  }

  private crash(error: NodeJS.ErrnoException): void {
    this.write(`${error.stack ?? String(error)}\n`);
    this.finish(
      error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? { type: 'outOfMemory' } : { type: 'exited', code: 1 },
    );
  }

  private finish(ending: Ending): void {
    if (this.ending !== undefined) return;
    this.ending = ending;
    this.flush();
    this.settle?.(ending);
  }

  /** Writes only whole lines, because several environments share the file. */
  private write(text: string): void {
    const lines = this.partialLine + text;
    const whole = lines.lastIndexOf('\n') + 1;
    this.partialLine = lines.slice(whole);
    if (whole > 0) this.log.append(lines.slice(0, whole));
  }

  private flush(): void {
    if (this.partialLine !== '') this.log.append(`${this.partialLine}\n`);
    this.partialLine = '';
  }
}

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../testkit/temporary-folder';
import { SPEED } from './local-twin';
import type { PackagedService } from './packaged-service';
import { Site } from './site';
import type { KillOrder, TwinAnswer, TwinOrder, TwinRequest } from './twin-process';
import { LONGEST_INVOCATION_SECONDS, LONGEST_POLL_SECONDS } from './ways';

/** A twin in its own process, which is killed and restarted on the same state directory. */
export class KillableTwin {
  private readonly order: TwinOrder;
  private running: { readonly child: ChildProcess; readonly site: Site } | undefined;
  private before: Site | undefined;

  constructor(service: PackagedService) {
    this.order = {
      serviceDirectory: service.serviceDirectory,
      packagesDirectory: service.packagesDirectory,
      stateDirectory: temporaryFolder('sluice-killed-'),
      speed: SPEED,
      longestPollSeconds: LONGEST_POLL_SECONDS,
      longestInvocationSeconds: LONGEST_INVOCATION_SECONDS,
    };
  }

  /** Returns the twin, and starts it if it does not run. */
  async site(): Promise<Site> {
    this.running ??= await this.start();
    return this.running.site;
  }

  /** Arms the twin to kill itself. */
  async arm(order: KillOrder): Promise<void> {
    const { child } = this.running ?? (await this.start());
    send(child, order);
    await answerOf(child);
  }

  /** Disarms the kill. @returns false if the process is being killed or is gone */
  async disarm(): Promise<boolean> {
    if (this.running === undefined) return false;
    const { child } = this.running;
    if (!child.connected) return false;
    send(child, 'disarm');
    return answerOf(child).then(
      () => true,
      () => false,
    );
  }

  /** Waits until the process is gone. @returns the signal that ended it */
  async ended(): Promise<NodeJS.Signals | null> {
    if (this.running === undefined) return null;
    const { child, site } = this.running;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    this.running = undefined;
    this.before = site;
    await site.close();
    return child.signalCode;
  }

  /** Ends a process in a wrong state. The next cell gets a new one. */
  async discard(): Promise<void> {
    this.running?.child.kill('SIGKILL');
    await this.ended();
  }

  async close(): Promise<void> {
    if (this.running?.child.connected) send(this.running.child, 'end');
    await this.ended();
    rmSync(this.order.stateDirectory, { recursive: true, force: true });
  }

  private async start(): Promise<{ readonly child: ChildProcess; readonly site: Site }> {
    const child = fork(join(__dirname, 'twin-process.ts'), [JSON.stringify(this.order)], {
      execArgv: ['--require', 'tsx/cjs'],
    });
    const answer = await answerOf(child);
    if (typeof answer === 'string') throw new Error('The twin answered out of turn');
    const site = new Site(answer.ready);
    return { child, site: this.before ? site.after(this.before) : site };
  }
}

function send(child: ChildProcess, request: TwinRequest): void {
  // The exit of the process reports this failure.
  child.send(request, () => {});
}

async function answerOf(child: ChildProcess): Promise<TwinAnswer> {
  const gone = new AbortController();
  if (child.exitCode !== null || child.signalCode !== null)
    throw new Error('The process of the twin is gone');
  const ended = once(child, 'exit', { signal: gone.signal }).then(() => {
    throw new Error('The process of the twin ended before it answered');
  });
  ended.catch(() => {});
  try {
    const [answer] = (await Promise.race([once(child, 'message', { signal: gone.signal }), ended])) as [
      TwinAnswer,
    ];
    return answer;
  } finally {
    gone.abort();
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallObserver, CountedRule } from '../../local/faults/rule-faults';
import { startTwin, type Twin } from '../../local/twin';
import type { PackagedService } from './packaged-service';
import { Site } from './site';
import { LONGEST_POLL_SECONDS } from './ways';

/** How many times faster than real time the retries' intervals pass. */
export const SPEED = 1_000;

/** A twin in this process, on a directory of its own. */
export class LocalTwin {
  readonly site: Site;
  private observer: CallObserver | undefined;
  /** Calls of states and their functions. */
  private calls = 0;

  private constructor(
    private readonly twin: Twin,
    private readonly directory: string,
  ) {
    this.site = new Site(twin.description, () => this.calls);
    twin.faults.observe((call) => {
      if (call.caller) this.calls += 1;
      return this.observer?.(call);
    });
  }

  static async start(service: PackagedService): Promise<LocalTwin> {
    const stateDirectory = mkdtempSync(join(tmpdir(), 'sluice-matrix-'));
    const twin = await startTwin({
      ...service,
      stateDirectory,
      speed: SPEED,
      longestPollSeconds: LONGEST_POLL_SECONDS,
    });
    return new LocalTwin(twin, stateDirectory);
  }

  observe(observer: CallObserver | undefined): void {
    this.observer = observer;
  }

  /** The fault rules in force, with what they hit. */
  rules(): readonly CountedRule[] {
    return this.twin.faults.rules();
  }

  /** Ends the functions' environments, and with them what their AWS clients remember. */
  renewFunctions(): void {
    this.twin.renewFunctions();
  }

  async close(): Promise<void> {
    await this.site.close();
    await this.twin.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

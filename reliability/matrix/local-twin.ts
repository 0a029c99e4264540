import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultRule } from '../../local/faults/fault-rule';
import type { CallObserver, CountedRule } from '../../local/faults/rule-faults';
import { startTwin, type Twin } from '../../local/twin';
import { SDK_ATTEMPTS } from '../../testkit/faults';
import type { PackagedService } from './packaged-service';
import { Site } from './site';
import { LONGEST_POLL_SECONDS } from './ways';

/** How many times faster than real time the retries' intervals pass. */
export const SPEED = 1_000;

/** Failures of each call that a client gets over: two cells of {@link SDK_ATTEMPTS} leave it half of its quota. */
const MOST_WEAR = 2 * SDK_ATTEMPTS;

/** A twin in this process, on a directory of its own. */
export class LocalTwin {
  readonly site: Site;
  private observer: CallObserver | undefined;
  /** Calls of states and their functions. */
  private calls = 0;
  /** How often each call of a function failed, over the cells since they were renewed. */
  private worn = 0;

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

  /**
   * Tells that calls of functions failed under these rules. A client that has met failures for long makes no more retries
   * for a while (its quota of retries is used up), and so would need more attempts of the function in what comes next:
   * before it is that far, the functions' environments are renewed.
   */
  wear(rules: readonly FaultRule[]): void {
    const failing = rules.filter(
      ({ service, operation }) =>
        service === 's3' || (service === 'redshift-data' && operation !== 'statement'),
    );
    this.worn += Math.max(0, ...failing.map(({ times = 1 }) => (times === 1 ? 0 : times)));
    if (this.worn < MOST_WEAR) return;
    this.worn = 0;
    this.twin.renewFunctions();
  }

  async close(): Promise<void> {
    await this.site.close();
    await this.twin.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

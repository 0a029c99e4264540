import { HOUR_MILLISECONDS, startOfHour } from '../../core/hour';
import type { HourRange } from '../shared/when';

const BAR = 20;

const hoursIn = ({ from, to }: HourRange): number =>
  (startOfHour(to).getTime() - startOfHour(from).getTime()) / HOUR_MILLISECONDS + 1;

/** How far a backfill is, how fast it is, and how long it takes from here on. */
export class Pace {
  private readonly started: number;
  private readonly total: number;
  private done = 0;

  /** @param now milliseconds of a clock that never goes back. */
  constructor(
    private readonly windows: readonly HourRange[],
    private readonly now: () => number = () => performance.now(),
  ) {
    this.started = now();
    this.total = windows.reduce((sum, window) => sum + hoursIn(window), 0);
  }

  /** @param index of a window that has ended. */
  ended(index: number): void {
    this.done = this.windows.slice(0, index + 1).reduce((sum, window) => sum + hoursIn(window), 0);
  }

  /** `██████░░░░░░░░░░░░░░  31%  2.4 hours/s  2 min left` */
  text(): string {
    const share = this.done / this.total;
    const filled = Math.floor(share * BAR);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}  ${Math.floor(share * 100)}%`;
    const seconds = (this.now() - this.started) / 1_000;
    if (this.done === 0 || seconds <= 0) return bar;
    const rate = this.done / seconds;
    return `${bar}  ${rateText(rate)}  ${durationText((this.total - this.done) / rate)} left`;
  }
}

const rateText = (perSecond: number): string =>
  perSecond >= 1 ? `${perSecond.toFixed(1)} hours/s` : `${(perSecond * 60).toFixed(1)} hours/min`;

/** `45 s`, `12 min`, `3 h 20 min`. */
function durationText(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

import { figuresOf, type FigureName, type Use } from './counted';
import type { ScenarioName } from './scenarios';

export interface Aim {
  readonly aim: string;
  readonly most: number;
  readonly found: number;
  readonly met: boolean;
}

/** What Sluice shall take at most, and what it took. */
export function aimsOf(uses: Readonly<Record<ScenarioName, readonly Use[]>>): readonly Aim[] {
  const inAnHour = (scenario: ScenarioName, figure: FigureName) =>
    Math.max(...uses[scenario].map((use) => figuresOf([use], { of: 'hour' })[figure]));
  const inAMonth = (scenario: ScenarioName, figure: FigureName) =>
    figuresOf(uses[scenario], { of: 'month' })[figure];
  const aim = (text: string, most: number, found: number): Aim => ({
    aim: text,
    most,
    found,
    met: found <= most,
  });
  return [
    aim('statements of an idle month', 0, inAMonth('idle', 'submits')),
    aim('wake-ups of an idle month', 0, inAMonth('idle', 'wake_ups')),
    aim('transitions of an idle execution', 5, inAnHour('idle', 'transitions')),
    aim('wake-ups for a new partition', 1, inAnHour('hourly', 'wake_ups')),
    aim('transitions for a new partition', 18, inAnHour('hourly', 'transitions')),
    aim('statements submitted for a new partition', 4, inAnHour('hourly', 'submits')),
    aim('wake-ups for three datasets of the same minute', 1, inAnHour('three', 'wake_ups')),
    aim('transitions of a catch-up of 48 partitions', 150, inAnHour('catchUp', 'transitions')),
    aim('statements submitted for a catch-up of 48 partitions', 20, inAnHour('catchUp', 'submits')),
    aim(
      'further transitions for a COPY of ten minutes',
      60,
      inAnHour('slow', 'transitions') - inAnHour('one', 'transitions'),
    ),
  ];
}

import type { State, StateType } from '../../definition/language';
import type { Outcome, Visit } from '../execution';
import { runChoice } from './choice';
import { runFail } from './fail';
import { runMap } from './map';
import { runParallel } from './parallel';
import { runPass } from './pass';
import { runSucceed } from './succeed';
import { runTask } from './task';
import { runWait } from './wait';

type Runner<S extends State> = (state: S, visit: Visit) => Outcome | Promise<Outcome>;

const runners: { readonly [T in StateType]: Runner<Extract<State, { Type: T }>> } = {
  Choice: runChoice,
  Fail: runFail,
  Map: runMap,
  Parallel: runParallel,
  Pass: runPass,
  Succeed: runSucceed,
  Task: runTask,
  Wait: runWait,
};

export function runnerOf<S extends State>(state: S): Runner<S> {
  return runners[state.Type] as unknown as Runner<S>;
}

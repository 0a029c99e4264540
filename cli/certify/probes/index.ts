import type { Probe } from '../probe';
import { copyRules } from './copy-rules';
import { copyTypes } from './copy-types';
import { errors } from './errors';
import { limits } from './limits';
import { rights } from './rights';
import { statements } from './statements';
import { states } from './states';
import { stream } from './stream';
import { transactions } from './transactions';
import { valueProbes } from './values';

/** All probes, in the order of the plan and of the document. */
export const PROBES: readonly Probe[] = [
  ...copyTypes,
  ...copyRules,
  ...valueProbes,
  ...errors,
  ...transactions,
  ...rights,
  ...limits,
  ...statements,
  ...states,
  ...stream,
];

import type { Bench } from './bench';
import { catchUp } from './catch-up';
import { coldStart } from './cold-start';
import { inspect } from './inspect';
import { load } from './load';
import { merge } from './merge';
import { transform } from './transform';
import { twin } from './twin';

/** In the order of docs/benchmarks.md. */
export const BENCHES: readonly Bench[] = [merge, load, catchUp, coldStart, transform, inspect, twin];

import type { Bench } from './bench';
import { coldStart } from './cold-start';
import { inspect } from './inspect';
import { load } from './load';
import { merge } from './merge';
import { transform } from './transform';
import { twin } from './twin';

/** In the order of docs/benchmarks.md. */
export const BENCHES: readonly Bench[] = [merge, load, coldStart, transform, inspect, twin];

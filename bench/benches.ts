import type { Bench } from './bench';
import { load } from './load';
import { merge } from './merge';

/** In the order of docs/benchmarks.md. */
export const BENCHES: readonly Bench[] = [merge, load];

import { join } from 'node:path';
import { carryOutAll, type Failure } from '../shared/workers';
import type { Checked, Counts } from './check-target';
import type { TargetResult } from './summary';
import { sharesOf, TARGET_NAMES, type TargetName } from './target-names';

export interface FuzzOptions {
  readonly cases: number;
  readonly seed: number;
  readonly only?: string;
  readonly path?: string;
  readonly workers: number;
}

/** A part of a target's cases. */
export interface CasesItem {
  readonly target: TargetName;
  readonly cases: number;
  readonly seed: number;
  /** As {@link CheckOptions.path}: the number of the first case. */
  readonly path: string;
  /** The time for making a wrong case smaller. */
  readonly shrinkMilliseconds?: number;
}

/** The case that a worker starts, and the outcomes of the item's cases before it. */
export interface CaseNote {
  readonly json: string;
  readonly counts: Counts;
}

/** The time for making a further wrong case of an item smaller. Only the first gets the full time. */
const LATER_SHRINK_MILLISECONDS = 5_000;

/** Few cases for each item, so that the workers end at about the same time. */
const CASES_OF_AN_ITEM = 25;
/** No case blocks a process for this long. */
const SILENCE_MILLISECONDS = 5 * 60_000;

/**
 * Runs the cases in worker processes. After a wrong case the others go on.
 * @returns the outcome of each target
 */
export async function runFuzz(
  { cases, seed, only, path, workers }: FuzzOptions,
  onProgress: (text: string, trouble?: string) => void,
): Promise<readonly TargetResult[]> {
  const targets = TARGET_NAMES.filter((name) => only === undefined || name === only);
  const parts: Checked[] = [];
  const notCarriedOut: (CasesItem & { readonly reason: string })[] = [];
  let items = itemsOf(path === undefined ? cases : 1, seed, path, targets);
  while (items.length > 0) {
    const rest: CasesItem[] = [];
    await carryOutAll<null, CasesItem, Checked, CaseNote>(items, {
      module: join(__dirname, 'worker.ts'),
      order: null,
      workers,
      silenceMilliseconds: SILENCE_MILLISECONDS,
      isTriedAgain: (failure) => !isFind(failure),
      // The next case must not see what a wrong case left behind, nor its handlers the twin that goes with it.
      isSpent: ({ wrong }) => wrong !== undefined,
      onOutcome: (outcome) => {
        const { item } = outcome;
        const text = `${item.target}, cases ${item.path} to ${Number(item.path) + item.cases - 1}`;
        if ('result' in outcome) {
          parts.push(outcome.result);
          if (outcome.result.wrong) rest.push(...after(item, outcome.result.cases));
          onProgress(text, outcome.result.wrong ? 'wrong' : undefined);
        } else if (isFind(outcome.failure)) {
          const { note, reason } = outcome.failure;
          parts.push(...find(item, note, reason));
          rest.push(...after(item, note.counts.cases + 1));
          onProgress(text, reason);
        } else {
          notCarriedOut.push({ ...item, reason: outcome.failure.reason });
          onProgress(text, 'not carried out');
        }
      },
    });
    items = rest;
  }
  return targets.map((target) => ({
    target,
    parts: parts.filter((part) => part.target === target),
    notCarriedOut: notCarriedOut.filter((item) => item.target === target),
  }));
}

function itemsOf(
  cases: number,
  seed: number,
  path: string | undefined,
  targets: readonly TargetName[],
): CasesItem[] {
  return [...sharesOf(cases, targets)].flatMap(([target, share]) => {
    if (path !== undefined) return [{ target, seed, path, cases: 1 }];
    return Array.from({ length: Math.ceil(share / CASES_OF_AN_ITEM) }, (_, index) => ({
      target,
      seed,
      path: String(index * CASES_OF_AN_ITEM),
      cases: Math.min(CASES_OF_AN_ITEM, share - index * CASES_OF_AN_ITEM),
    }));
  });
}

/** True if a case ended its process. */
function isFind(failure: Failure<CaseNote>): failure is Failure<CaseNote> & { readonly note: CaseNote } {
  return failure.ended && failure.note !== undefined;
}

/** A process that ended. The last case that it started is the likely cause. */
function find({ target, path }: CasesItem, { json, counts }: CaseNote, reason: string): Checked[] {
  const number = Number(path) + counts.cases;
  return [
    {
      ...counts,
      target,
      cases: counts.cases + 1,
      wrong: { case: json, error: reason, path: String(number) },
    },
  ];
}

/** The cases after a wrong one. @param done the item's cases up to and with the wrong one */
function after(item: CasesItem, done: number): CasesItem[] {
  const left = item.cases - Math.max(1, done);
  const from = Number(item.path) + Math.max(1, done);
  return left > 0
    ? [{ ...item, cases: left, path: String(from), shrinkMilliseconds: LATER_SHRINK_MILLISECONDS }]
    : [];
}

import type { Change, History, Request, Run } from './history';
import { layoutText } from './layout';
import { tripText } from './trip';
import { DRIFT_HOURS, type EventTimes } from './variants';

const EVENT_TIMES_TEXT: Readonly<Record<EventTimes, readonly string[]>> = {
  any: [],
  drift: [`the event times of a key are at most ${DRIFT_HOURS} h apart`],
  fixed: ['the event time of a key never changes'],
};

/** A history in words: hours are named by their position, files by a letter. */
export function storyOf(history: History): string[] {
  return [
    [
      `${history.hours} hours, 0 the oldest`,
      history.sides
        .map(({ strategy, onBadFile }) => `strategy ${strategy}, on_bad_file ${onBadFile}`)
        .join(' and '),
      ...EVENT_TIMES_TEXT[history.eventTimes],
      ...(history.alike ? ['the names of files begin alike'] : []),
      ...(history.blind ? ['SYS_LOAD_ERROR_DETAIL cannot be read'] : []),
    ].join('; '),
    ...history.steps.flatMap(({ changes, ledger, run }, index) =>
      [...changes.map(changeText), ...(ledger ? [`the ledgers are ${ledger}`] : []), runText(run)].map(
        (text) => `${index + 1}. ${text}`,
      ),
    ),
    `${history.steps.length + 1}. if bad files are left, write them again or delete them, and load what is new; else load every hour again`,
  ];
}

/** The same in one line. */
export function storyLine(history: History): string {
  return storyOf(history).slice(1).join('; ');
}

export function fileName(file: number): string {
  return `${String.fromCharCode('a'.charCodeAt(0) + file)}.parquet`;
}

function changeText(change: Change): string {
  const place = `hour ${change.hour} ${fileName(change.file)}`;
  switch (change.kind) {
    case 'put':
      return `write ${place}${layoutText(change.layout)}${change.defect ? `, which ${change.defect}` : ''}: ${change.trips.map(tripText).join(', ')}`;
    case 'correct':
      return `correct ${place}: amounts of ${(change.amount / 100).toFixed(2)}, ${change.newer ? 'newer versions' : 'the same versions'}${layoutText(change.layout)}`;
    case 'delete':
      return `delete ${place}`;
  }
}

function runText(run: Run): string {
  switch (run.kind) {
    case 'alone':
      return requestText(run.request);
    case 'together':
      return `at once: ${run.requests.map(requestText).join(', ')}`;
    case 'faulty':
      return `${requestText(run.hours)} while ${run.fault}`;
    case 'stopped':
      return `${requestText(run.hours)} and stop the execution at its call ${run.call}`;
    case 'tampered':
      return `${requestText(run.hours)} while a row is smuggled into the staging table of hour ${run.hour}`;
  }
}

function requestText(request: Request): string {
  switch (request.kind) {
    case 'hour':
      return `load hour ${request.hour}`;
    case 'range':
      return `load hours ${request.from} to ${request.to}`;
    case 'scheduled':
      return 'load what is new';
  }
}

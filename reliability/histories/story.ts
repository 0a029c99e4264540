import type { Change, History, Request, Run } from './history';
import { tripText } from './trip';

/** A history in words: hours are named by their position, files by a letter. */
export function storyOf(history: History): string[] {
  return [
    `${history.hours} hours, 0 the oldest; strategy ${history.strategies.join(' and ')}${history.immutable ? '; the event time of a key never changes' : ''}`,
    ...history.steps.flatMap(({ changes, run }, index) =>
      [...changes.map(changeText), runText(run)].map((text) => `${index + 1}. ${text}`),
    ),
    `${history.steps.length + 1}. load every hour again`,
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
      return `write ${place}: ${change.trips.map(tripText).join(', ')}`;
    case 'correct':
      return `correct ${place}: amounts of ${(change.amount / 100).toFixed(2)}, ${change.newer ? 'newer versions' : 'the same versions'}`;
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
      return `load hour ${run.hour} while ${run.fault}`;
    case 'stopped':
      return `load hour ${run.hour} and stop it at its call ${run.call}`;
    case 'tampered':
      return `load hour ${run.hour} while a row is smuggled into its staging table`;
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

import { Writable } from 'node:stream';
import { Output } from '../cli/shared/output';

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

/** Keeps a command's own text out of a test's output. */
export const SILENT = new Output(true, nowhere(), nowhere());

import { Writable } from 'node:stream';
import { Output } from './output';

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

/** Shows nothing of what a command says. */
export const SILENT = new Output(true, nowhere(), nowhere());

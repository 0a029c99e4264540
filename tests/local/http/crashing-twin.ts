import { Twin } from './fixtures';

/** Runs in a process of its own, which the crash fault ends. Prints its address and waits. */
const twin = new Twin();
twin.faults.set([{ service: 'step-functions', operation: 'DeleteStateMachine', fault: { type: 'crash' } }]);
void twin.server.listen().then((endpoint) => console.log(endpoint));
process.on('exit', () => console.log('ended by itself'));

import { Twin } from './fixtures';

/** A process of its own, for the fault that ends it. Prints its address and waits. */
const twin = new Twin();
twin.faults.set([{ service: 'step-functions', operation: 'DeleteStateMachine', fault: { type: 'crash' } }]);
void twin.server.listen().then((endpoint) => console.log(endpoint));
process.on('exit', () => console.log('ended by itself'));

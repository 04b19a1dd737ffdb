export type { Fault, SeenRequest } from './fake-api-server.ts';
export { FakeApiServer } from './fake-api-server.ts';
export type { StoredEvent } from './fake-store.ts';
export { FakeStore } from './fake-store.ts';
export { FakeStream } from './fake-stream.ts';
export { turn, until, VirtualClock } from './virtual-clock.ts';

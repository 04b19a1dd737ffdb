import { connect } from 'node:net';

const apiVersionsKey = 18;
const correlationId = 0x65636f6d;

// ApiVersions, version 0: length, key, version, correlation id, and no client id (length -1). Every broker answers it,
// to everybody, and it is the first thing that any client asks.
const question = Buffer.alloc(14);
question.writeInt32BE(10, 0);
question.writeInt16BE(apiVersionsKey, 4);
question.writeInt16BE(0, 6);
question.writeInt32BE(correlationId, 8);
question.writeInt16BE(-1, 12);

/**
 * Resolves when one of the brokers answers the first question of the Kafka protocol. A bare connection would not do:
 * in a mesh the proxy beside us accepts it, whether or not a broker is behind.
 */
export async function askBrokers(brokers: readonly string[], timeoutMs: number): Promise<void> {
  try {
    await Promise.any(brokers.map((broker) => askBroker(broker, timeoutMs)));
  } catch {
    throw new Error(`no broker answers: ${brokers.join(', ')}`);
  }
}

function askBroker(broker: string, timeoutMs: number): Promise<void> {
  const { hostname, port } = new URL(`kafka://${broker}`);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: hostname, port: Number(port), timeout: timeoutMs });
  let answer = Buffer.alloc(0);
  socket.on('connect', () => socket.write(question));
  socket.on('data', (chunk: Buffer) => {
    answer = Buffer.concat([answer, chunk]);
    if (answer.length < 8) return;
    if (answer.readInt32BE(4) === correlationId) resolve();
    else reject(new Error('the answer is not Kafka'));
    socket.destroy();
  });
  socket.on('timeout', () => socket.destroy(new Error('no answer in time')));
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('closed without an answer')));
  return promise;
}

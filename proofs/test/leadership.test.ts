import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { waitFor } from '../kube/wait.ts';
import { Ledger, readLine } from '../leadership/ledger.ts';
import { judgeTerms, type Request } from '../leadership/terms.ts';
import { Wire } from '../leadership/wire.ts';

type Given = Partial<Request> & { readonly source: string };

let clock = 0;

/** A request a moment later than the one before; a write that took effect unless told otherwise. */
function request(given: Given): Request {
  clock += 10;
  const { source, received = clock } = given;
  return {
    ...{ verb: 'patch', resource: 'services', code: 200, received, answered: received + 5, version: clock },
    ...{ guarded: true, what: `${source} ${clock}` },
    ...given,
  };
}

const leaseOf = (source: string): Request =>
  request({ source, verb: 'update', resource: 'leases', holder: `operator-${source}` });
const names = (requests: readonly Request[]): string[] => requests.map(({ what }) => what);

describe('judgeTerms', () => {
  test('one after the other is clean, and so is whoever leads again', () => {
    const seen = [
      ...[leaseOf('a'), request({ source: 'a' }), request({ source: 'a' })],
      ...[leaseOf('b'), request({ source: 'b' })],
      ...[leaseOf('a'), request({ source: 'a' })],
    ];
    const { terms, late, refused } = judgeTerms(seen);
    expect(terms.map(({ source }) => source)).toEqual(['a', 'b', 'a']);
    expect([late, refused]).toEqual([[], []]);
  });

  test('a write of the former leader after the first of the new one is found, a refused one apart', () => {
    const early = [leaseOf('a'), request({ source: 'a' }), leaseOf('b'), request({ source: 'a' })];
    const first = request({ source: 'b' });
    const late = request({ source: 'a' });
    const refused = request({ source: 'a', code: 409, version: undefined });
    const note = request({ source: 'a', verb: 'create', resource: 'events', code: 201 });
    const seen = [...early, first, late, refused, note, leaseOf('a'), request({ source: 'a' })];
    const findings = judgeTerms(seen);
    expect(names(findings.late)).toEqual(names([late]));
    expect(names(findings.refused)).toEqual(names([refused]));
    expect(names(findings.lateEvents)).toEqual(names([note]));
  });

  test('the order is that of the store: a request that took long counts from when it was committed', () => {
    const seen = [leaseOf('a'), leaseOf('b')];
    const before = request({ source: 'a', answered: clock + 1000 });
    const first = request({ source: 'b', answered: clock + 500 });
    const after = request({ source: 'a', received: before.received, answered: clock + 1000 });
    expect(names(judgeTerms([...seen, before, first, after]).late)).toEqual(names([after]));
  });

  test('an apply that found everything as it wants it is late all the same', () => {
    const old = clock;
    const seen = [leaseOf('a'), leaseOf('b'), request({ source: 'b' })];
    const noOp = request({ source: 'a', version: old });
    expect(names(judgeTerms([...seen, noOp]).late)).toEqual(names([noOp]));
  });

  test('a lease that is given away ends no term before another takes it', () => {
    const given = request({ source: 'a', verb: 'update', resource: 'leases', holder: '' });
    expect(judgeTerms([leaseOf('a'), given, leaseOf('a'), leaseOf('b')]).terms).toHaveLength(2);
  });
});

describe('the audit log', () => {
  const sources = ['127.0.0.2', '127.0.0.3'];
  const line = (changes: object): string =>
    JSON.stringify({
      ...{ stage: 'ResponseComplete', verb: 'update', requestURI: '/apis/x?fieldManager=y' },
      sourceIPs: ['127.0.0.2'],
      objectRef: { resource: 'leases', name: 'l' },
      responseStatus: { code: 200 },
      requestReceivedTimestamp: '2026-01-01T00:00:00.100000Z',
      stageTimestamp: '2026-01-01T00:00:00.200000Z',
      requestObject: { spec: { holderIdentity: 'operator-a' } },
      responseObject: { metadata: { resourceVersion: '42' } },
      ...changes,
    });

  test('tells who, what, when and which version', () => {
    expect(readLine(line({}), sources)).toEqual({
      ...{
        source: '127.0.0.2',
        verb: 'update',
        resource: 'leases',
        code: 200,
        holder: 'operator-a',
        guarded: false,
      },
      ...{ received: Date.UTC(2026, 0, 1) + 100, answered: Date.UTC(2026, 0, 1) + 200, version: 42 },
      what: '2026-01-01T00:00:00.200000Z update leases l → 200',
    });
  });

  test.each([
    [true, { verb: 'patch', requestObject: { metadata: { uid: 'u', resourceVersion: '7' } } }],
    [false, { verb: 'patch', requestObject: { metadata: { uid: 'u' } } }],
    [true, { verb: 'create', requestObject: { metadata: {} } }],
    [true, { verb: 'delete', requestObject: { preconditions: { uid: 'u', resourceVersion: '7' } } }],
    [false, { verb: 'delete', requestObject: { preconditions: { uid: 'u' } } }],
  ])('tells (%s) whether a request names the version that it changes: %j', (guarded, changes) => {
    expect(readLine(line(changes), sources)?.guarded).toBe(guarded);
  });

  test.each([
    ['others', { sourceIPs: ['127.0.0.1'] }],
    ['dry runs', { requestURI: '/apis/x?dryRun=All' }],
    ['requests that have begun', { stage: 'ResponseStarted' }],
  ])('leaves out %s', (_, changes) => {
    expect(readLine(line(changes), sources)).toBeUndefined();
  });

  test('is read as it grows, whole lines only', () => {
    const directory = mkdtempSync(join(tmpdir(), 'ledger-'));
    try {
      const path = join(directory, 'audit.log');
      const ledger = new Ledger(path, sources);
      writeFileSync(path, `${line({})}\n${line({}).slice(0, 50)}`);
      expect(ledger.read()).toHaveLength(1);
      writeFileSync(path, `${line({}).slice(50)}\n`, { flag: 'a' });
      expect(ledger.read()).toHaveLength(2);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('Wire', () => {
  const closing: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** A server that keeps what it gets and answers each part with its length. */
  async function serve(): Promise<{ port: number; got: () => string; from: () => string | undefined }> {
    let text = '';
    let from: string | undefined;
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      from = socket.remoteAddress;
      socket.on('error', () => undefined);
      socket.on('data', (part) => {
        text += part.toString();
        socket.write(String(part.length));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    // A listening TCP server has an address of this shape.
    return { port: (server.address() as AddressInfo).port, got: () => text, from: () => from };
  }

  async function open(): Promise<{ wire: Wire; client: Socket; server: Awaited<ReturnType<typeof serve>> }> {
    const server = await serve();
    const wire = await Wire.start({ host: '127.0.0.1', port: server.port }, '127.0.0.7');
    closing.push(() => wire.close());
    const client = connect(wire.port, '127.0.0.1');
    client.on('error', () => undefined);
    return { wire, client, server };
  }

  const seen = (what: string, test: () => boolean): Promise<true> =>
    waitFor(what, async () => test() || undefined, 5000, 5);

  test('passes bytes both ways, from an address of its own', async () => {
    const { client, server } = await open();
    let answer = '';
    client.on('data', (part) => {
      answer += part.toString();
    });
    client.write('hello');
    await seen('an answer', () => answer === '5');
    expect([server.got(), server.from()]).toEqual(['hello', '127.0.0.7']);
  });

  test('frozen, keeps what is sent, also when the sender gives up; thawed, delivers it', async () => {
    const { wire, client, server } = await open();
    client.write('one ');
    await seen('the first part', () => server.got() === 'one ');
    wire.freeze();
    client.write('two');
    await seen('held bytes', () => wire.held === 3);
    client.destroy();
    expect(server.got()).toBe('one ');
    wire.thaw();
    await seen('the rest', () => server.got() === 'one two');
    expect(wire.held).toBe(0);
  });

  test('cut, resets what is open and takes new connections', async () => {
    const { wire, client, server } = await open();
    client.write('x');
    await seen('the first part', () => server.got() === 'x');
    let closed = false;
    client.on('close', () => {
      closed = true;
    });
    wire.cut();
    await seen('the end', () => closed);
    const again = connect(wire.port, '127.0.0.1');
    again.write('y');
    await seen('the second part', () => server.got() === 'xy');
    again.destroy();
  });
});

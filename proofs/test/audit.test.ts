import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AuditMark, describeRequest, isBy, parseAuditLog, trafficOf } from '../audit.ts';

const account = 'system:serviceaccount:ecommercestack-system:ecommercestack-operator';

function line(event: Record<string, unknown>): string {
  return `${JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    stage: 'ResponseComplete',
    user: { username: account },
    responseStatus: { code: 200 },
    stageTimestamp: '2026-01-01T00:00:00Z',
    userAgent: 'ecommercestack-operator/0.1.0',
    ...event,
  })}\n`;
}

const request = (verb: string, resource: string, more: Record<string, unknown> = {}) =>
  line({ verb, objectRef: { resource, namespace: 'shop', name: 'x', ...more } });

describe('trafficOf', () => {
  const actor = { user: account };

  test('counts patches, creates and deletes as writes and gets and lists as reads', () => {
    const text = ['patch', 'create', 'delete', 'update', 'get', 'list']
      .map((verb) => request(verb, 'services'))
      .join('');
    const traffic = trafficOf(parseAuditLog(text), actor);
    expect(traffic.writes.map(({ verb }) => verb)).toEqual(['patch', 'create', 'delete', 'update']);
    expect(traffic.reads.map(({ verb }) => verb)).toEqual(['get', 'list']);
  });

  test('leaves out leases and watches, and nothing else', () => {
    const text =
      request('update', 'leases') +
      request('get', 'leases') +
      request('watch', 'services') +
      request('patch', 'ecommercestacks', { subresource: 'status' });
    const traffic = trafficOf(parseAuditLog(text), actor);
    expect([...traffic.writes, ...traffic.reads].map(describeRequest)).toEqual([
      '2026-01-01T00:00:00Z patch ecommercestacks/status shop/x → 200',
    ]);
  });

  test('counts a request once, although the log holds it at two stages', () => {
    const text =
      line({ stage: 'RequestReceived', verb: 'patch', objectRef: { resource: 'services' } }) +
      request('patch', 'services');
    expect(trafficOf(parseAuditLog(text), actor).writes).toHaveLength(1);
  });

  test('counts refused writes too', () => {
    const text = line({ verb: 'create', objectRef: { resource: 'pods' }, responseStatus: { code: 403 } });
    expect(trafficOf(parseAuditLog(text), actor).writes).toHaveLength(1);
  });

  test('ignores what others do', () => {
    const text = line({ verb: 'patch', user: { username: 'admin' }, userAgent: 'kubectl/v1.37.2' });
    expect(trafficOf(parseAuditLog(text), actor)).toEqual({ writes: [], reads: [] });
  });
});

test('an actor is known by its account or by the product name of its User-Agent', () => {
  const [event] = parseAuditLog(request('get', 'pods'));
  if (event === undefined) throw new Error('the line did not parse');
  expect(isBy(event, { user: account })).toBe(true);
  expect(isBy(event, { userAgent: 'ecommercestack-operator' })).toBe(true);
  expect(isBy(event, { userAgent: 'ecommercestack' })).toBe(false);
  expect(isBy(event, {})).toBe(false);
});

test('a line that is still being written is left for the next reading', () => {
  const text = request('get', 'pods') + request('list', 'pods').slice(0, 40);
  expect(parseAuditLog(text)).toHaveLength(1);
});

test('the status that a write sends is kept, other bodies are not', () => {
  const body = { requestObject: { spec: {}, status: { phase: 'Ready' } } };
  const text =
    line({ verb: 'patch', objectRef: { resource: 'ecommercestacks', subresource: 'status' }, ...body }) +
    line({ verb: 'patch', objectRef: { resource: 'ecommercestacks' }, ...body });
  expect(parseAuditLog(text).map(({ status }) => status)).toEqual([{ phase: 'Ready' }, undefined]);
});

describe('AuditMark', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'audit-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('reads only what came after it', () => {
    const path = join(directory, 'audit.log');
    writeFileSync(path, request('get', 'pods'));
    const mark = new AuditMark(path);
    expect(mark.since()).toEqual([]);
    appendFileSync(path, request('patch', 'services'));
    expect(mark.since().map(({ verb }) => verb)).toEqual(['patch']);
  });

  test('reads what one namespace was asked for, of a log that many share', () => {
    const path = join(directory, 'audit.log');
    const mark = new AuditMark(path);
    const inside = (namespace: string) => line({ verb: 'get', objectRef: { resource: 'pods', namespace } });
    writeFileSync(path, inside('a') + inside('ab') + inside('b'));
    expect(mark.since('a').map(({ namespace }) => namespace)).toEqual(['a']);
    expect(mark.since()).toHaveLength(3);
  });

  test('takes each event once, and a line that is being written when it is whole', () => {
    const path = join(directory, 'audit.log');
    const mark = new AuditMark(path);
    const [first, second] = [request('patch', 'services'), request('get', 'pods')];
    writeFileSync(path, first + second.slice(0, 30));
    expect(mark.take().map(({ resource }) => resource)).toEqual(['services']);
    expect(mark.take()).toEqual([]);
    appendFileSync(path, second.slice(30));
    expect(mark.take().map(({ resource }) => resource)).toEqual(['pods']);
  });

  test('refuses to judge a log that was rotated meanwhile', () => {
    const path = join(directory, 'audit.log');
    writeFileSync(path, request('get', 'pods') + request('get', 'pods'));
    const mark = new AuditMark(path);
    writeFileSync(path, '');
    expect(() => mark.since()).toThrow(/rotated/);
  });
});

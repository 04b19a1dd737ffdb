import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { accessOf } from '../kube/kubeconfig.ts';
import type { Answer } from './answer.ts';

/** One request as it goes on to the API server. */
export type Forwarded = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/** The API server behind the proxy, reached as the user of a kubeconfig. */
export type Upstream = {
  /** The whole answer; rejects when the connection breaks. */
  answer(forwarded: Forwarded): Promise<Answer>;
  /** An answer that may never end: its head is there, its body follows. */
  open(forwarded: Forwarded): Promise<IncomingMessage>;
  close(): void;
};

/** Headers that belong to one connection, or that the proxy sets itself. */
const ownHeaders = new Set(['host', 'connection', 'authorization', 'transfer-encoding', 'keep-alive']);

export function upstreamOf(kubeconfig: string): Upstream {
  const { server, agent: given, token } = accessOf(kubeconfig);
  // A watch takes a connection for as long as it lives.
  const limits = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };
  const isPlain = server.startsWith('http://');
  const agent = isPlain ? new PlainAgent(limits) : new Agent({ ...given.options, ...limits });
  const send = isPlain ? plainRequest : request;
  const open = ({ method, url, headers, body }: Forwarded): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const call = send(new URL(url, server), {
        method,
        agent,
        headers: {
          ...headers,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body.length > 0 && { 'content-length': String(body.length) }),
        },
      });
      call.once('response', resolve);
      call.on('error', reject);
      call.end(body);
    });
  return {
    open,
    answer: async (forwarded) => readAnswer(await open(forwarded)),
    close: () => {
      agent.destroy();
      given.destroy();
    },
  };
}

/** The rest of an answer that has begun. */
export async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  // Without setEncoding a stream from node:https yields Buffers only.
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    headers: passedHeaders(response.headers),
    body: Buffer.concat(chunks),
  };
}

/** The headers that go on to the other side. */
export function passedHeaders(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || ownHeaders.has(name) ? [] : [[name, String(value)]],
    ),
  );
}

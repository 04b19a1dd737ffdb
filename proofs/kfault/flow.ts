import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Lines } from './lines.ts';
import type { StreamFault } from './plan.ts';
import { type EventStream, type Step, stepsOf } from './stream.ts';

/** Milliseconds after which a line that waits for the next one is delivered without it. */
const patience = 500;

/** An open watch: lines come in from the API server, and what the stream makes of them goes out. */
export class Flow {
  readonly resource: string;
  readonly #source: IncomingMessage;
  readonly #sink: ServerResponse;
  readonly #stream: EventStream;
  #work: Promise<void> = Promise.resolve();
  #silent = false;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(resource: string, source: IncomingMessage, sink: ServerResponse, stream: EventStream) {
    this.resource = resource;
    this.#source = source;
    this.#sink = sink;
    this.#stream = stream;
    const lines = new Lines();
    source.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) this.#then(() => this.#stream.take(line));
    });
    const end = (how: 'Fin' | 'Reset') =>
      this.#then(() => [...this.#stream.flush(), { type: 'Write', bytes: lines.rest }, { type: 'Cut', how }]);
    source.on('end', () => end('Fin'));
    source.on('error', () => end('Reset'));
    sink.on('close', () => this.#end());
  }

  get isOpen(): boolean {
    return !this.#ended;
  }

  /** Befalls the stream now, behind the lines that have arrived. */
  strike(fault: StreamFault): void {
    this.#then(() => stepsOf(fault));
  }

  #then(steps: () => readonly Step[]): void {
    this.#work = this.#work.then(async () => {
      clearTimeout(this.#timer);
      for (const step of steps()) await this.#do(step);
      if (this.#stream.isHolding)
        this.#timer = setTimeout(() => this.#then(() => this.#stream.flush()), patience);
    });
  }

  async #do(step: Step): Promise<void> {
    // A silent stream hears its end no more than anything else; only a reset from outside ends it.
    if (this.#ended || this.#silent) return;
    switch (step.type) {
      case 'Write':
        this.#sink.write(step.bytes);
        return;
      case 'Wait':
        await pause(step.milliseconds);
        return;
      case 'Silence':
        this.#silent = true;
        this.#source.destroy();
        return;
      case 'Cut':
        if (step.how === 'Fin') this.#sink.end();
        else this.#sink.socket?.resetAndDestroy();
        this.#end();
    }
  }

  #end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#source.destroy();
  }
}

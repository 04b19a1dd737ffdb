import type { ObjectMeta } from './object.ts';

/** What every object of a Kind begins with. */
export interface ObjectHead {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Where in a line the parts of an object lie that are kept; both parts without their braces at the end. */
export interface Extent {
  readonly metadata: number;
  readonly metadataEnd: number;
  readonly rest: number;
  readonly restEnd: number;
}

const SLAB_BYTES = 64 * 1024;

let slab = Buffer.alloc(0);
let used = 0;

/**
 * An object of which only its names are read yet. Its bytes lie with those of others in large buffers outside of the heap:
 * as strings they would be moved about by every garbage collection.
 */
export class ObjectText {
  readonly head: ObjectHead;
  /** The members of the metadata that everybody asks for. */
  readonly names: ObjectMeta;
  /** False where the object has no owner; most have none, and every cache asks. */
  readonly mayHaveOwners: boolean;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #middle: number;
  readonly #end: number;

  /** Copies what is kept of `line`, which must be ASCII. */
  constructor(head: ObjectHead, names: ObjectMeta, mayHaveOwners: boolean, line: Buffer, extent: Extent) {
    this.head = head;
    this.names = names;
    this.mayHaveOwners = mayHaveOwners;
    const { metadata, metadataEnd, rest, restEnd } = extent;
    const length = metadataEnd - metadata + restEnd - rest;
    if (used + length > slab.length) {
      // The old one lives as long as some text in it does.
      slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, length));
      used = 0;
    }
    this.#bytes = slab;
    this.#start = used;
    this.#middle = used + line.copy(slab, used, metadata, metadataEnd);
    this.#end = this.#middle + line.copy(slab, this.#middle, rest, restEnd);
    used += length;
  }

  /** The metadata as JSON, without `managedFields`. */
  get metadata(): string {
    return `${this.#bytes.toString('latin1', this.#start, this.#middle)}}`;
  }

  /** The other members as JSON, without braces. */
  get rest(): string {
    return this.#bytes.toString('latin1', this.#middle, this.#end);
  }

  /** The whole object as JSON. */
  get whole(): string {
    const { apiVersion, kind } = this.head;
    const rest = this.rest;
    const head = `{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(kind)}`;
    return `${head},"metadata":${this.metadata}${rest === '' ? '' : ','}${rest}}`;
  }
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadAll } from 'js-yaml';
import { imageSource } from '../images/table.ts';

/** What `up` reads out of a file before any cluster exists. */
export interface StackFile {
  readonly path: string;
  readonly name: string;
  readonly namespace: string;
  /** Registry of the images that follow `<registry>/<object name>:<version>`. */
  readonly registry: string;
  /** Every image version that the stack asks for, sorted. */
  readonly versions: readonly string[];
  /** Images that the stack names in full and that this repository can build. */
  readonly images: readonly string[];
}

/** The registry that the operator takes when a stack names none. */
export const DEFAULT_REGISTRY = 'ecommercestack';

/** Reads the file; throws when it holds no EcommerceStack, or more than one. */
export function readStackFile(path: string): StackFile {
  const file = resolve(path);
  return parseStack(file, readFileSync(file, 'utf8'));
}

/** Finds the one EcommerceStack in YAML text. */
export function parseStack(path: string, text: string): StackFile {
  const stacks = loadAll(text).filter((document) => textOf(document, 'kind') === 'EcommerceStack');
  if (stacks.length !== 1) {
    throw new Error(
      `${path} holds ${stacks.length} objects of kind EcommerceStack, and up takes exactly one`,
    );
  }
  const metadata = field(stacks[0], 'metadata');
  const spec = field(stacks[0], 'spec');
  const services = list(field(spec, 'services'));
  const versions = [spec, ...services].map((part) => textOf(part, 'version'));
  const images = [...services, ...list(field(spec, 'customServices'))].flatMap((service) => {
    const image = field(service, 'image');
    const [repository, tag] = [textOf(image, 'repository'), textOf(image, 'tag')];
    return repository && tag ? [`${repository}:${tag}`] : [];
  });
  return {
    path,
    name: textOf(metadata, 'name') ?? 'shop',
    namespace: textOf(metadata, 'namespace') ?? 'default',
    registry: textOf(field(spec, 'imageDefaults'), 'registry') ?? DEFAULT_REGISTRY,
    versions: [...new Set(versions.filter((version) => version !== undefined))].sort(),
    images: images.filter((name) => imageSource(name) !== undefined),
  };
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function textOf(value: unknown, name: string): string | undefined {
  const found = field(value, name);
  return typeof found === 'string' ? found : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

import type { Log, ToolName } from '../toolchain/index.ts';
import type { ImageConfig } from './archive.ts';
import type { Rootfs } from './rootfs.ts';

/** Fills one layer's folder. */
export interface Layer {
  readonly name: string;
  readonly fill: (rootfs: Rootfs, log: Log) => Promise<void>;
}

/** An image made from scratch: folders filled from packages become its layers, the lowest first. */
export interface RootfsRecipe {
  readonly kind: 'rootfs';
  readonly reference: string;
  /** The file below recipes/ and the folder below files/ that it is made by. */
  readonly module: string;
  /** Tools of the toolchain that must be built first. */
  readonly tools: readonly ToolName[];
  /** Versions of what goes in; a change of any makes another image. */
  readonly inputs: readonly string[];
  readonly config: ImageConfig;
  readonly layers: readonly Layer[];
}

/** An image made by a Dockerfile of this repository on the node base image. */
export interface DockerfileRecipe {
  readonly kind: 'dockerfile';
  readonly reference: string;
  /** Path below the repository. */
  readonly dockerfile: string;
  /** Workspaces to run; `services/` stands for every one below. What they depend on comes along. */
  readonly workspaces: readonly string[];
  /** Folder whose own TypeScript files go in too. */
  readonly entries: string;
}

/** How one image is made. */
export type Recipe = RootfsRecipe | DockerfileRecipe;

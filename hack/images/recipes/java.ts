import type { Layer } from '../recipe.ts';
import { busybox, finishRootfs, fromDebian, startRootfs, writeInto } from '../rootfs.ts';

/** Where the Java runtime lies in an image. */
export const javaHome = '/usr/lib/jvm/java-17-openjdk-amd64';

/** The lower layer of the Java stores: Debian's headless runtime, bash, small programs and the user 1000. */
export const javaLayer: Layer = {
  name: 'java',
  async fill(rootfs) {
    await startRootfs(rootfs, { name: 'app', uid: 1000, home: '/tmp' });
    // The runtime's own configuration is links into /etc.
    await fromDebian(rootfs, [javaHome, '/etc/java-17-openjdk', 'usr/bin/bash', 'usr/lib/locale/C.utf8']);
    await busybox(rootfs);
    await writeInto(rootfs, '/usr/bin/java', `#!/bin/sh\nexec ${javaHome}/bin/java "$@"\n`, 0o755);
    await finishRootfs(rootfs);
  },
};

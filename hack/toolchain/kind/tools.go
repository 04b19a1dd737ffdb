//go:build tools

// Package toolchain pins the commands that the local cluster is built from.
package toolchain

import (
	_ "sigs.k8s.io/kind"
)

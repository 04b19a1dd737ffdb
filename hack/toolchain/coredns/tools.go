//go:build tools

// Package toolchain pins the commands that the local cluster is built from.
package toolchain

import (
	_ "github.com/coredns/coredns"
)

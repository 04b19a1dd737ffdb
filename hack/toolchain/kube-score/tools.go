//go:build tools

// Package toolchain pins the commands that the local cluster is built from.
package toolchain

import (
	_ "github.com/zegl/kube-score/cmd/kube-score"
)

//! dapctl

//! dapctl
fn main() {}

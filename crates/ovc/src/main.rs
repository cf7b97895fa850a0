//! ovc
fn main() {}

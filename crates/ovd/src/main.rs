//! ovd
fn main() {}

//! ovd

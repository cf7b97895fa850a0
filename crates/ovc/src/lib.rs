//! ovc
